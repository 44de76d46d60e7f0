/** Registry: who is here, by id and by topic. It alone knows membership. */

import type { Peer } from "./peer.ts";

const NOBODY: ReadonlySet<Peer> = new Set();

export class Registry implements Iterable<Peer> {
  readonly #peers = new Set<Peer>();
  /** Made when somebody first asks for one by its id: an id is made with the first look at it, too. */
  #byId: Map<string, Peer> | null = null;
  readonly #byTopic = new Map<string, Set<Peer>>();

  get size(): number {
    return this.#peers.size;
  }

  add(peer: Peer): void {
    this.#peers.add(peer);
    this.#byId?.set(peer.socket.id, peer);
  }

  /** Removes it, from its topics too. @returns whether it was here */
  remove(peer: Peer): boolean {
    for (const topic of peer.topics ?? []) this.leave(peer, topic);
    this.#byId?.delete(peer.socket.id);
    return this.#peers.delete(peer);
  }

  get(id: string): Peer | undefined {
    this.#byId ??= new Map(Array.from(this.#peers, (peer) => [peer.socket.id, peer]));
    return this.#byId.get(id);
  }

  /** Puts it among the members of a topic; does nothing for one that has left. @returns whether it was not yet */
  join(peer: Peer, topic: string): boolean {
    if (!this.#peers.has(peer) || peer.topics?.has(topic)) return false;
    peer.topics ??= new Set();
    peer.topics.add(topic);
    const members = this.#byTopic.get(topic);
    if (members) members.add(peer);
    else this.#byTopic.set(topic, new Set([peer]));
    return true;
  }

  /** @returns whether it was a member */
  leave(peer: Peer, topic: string): boolean {
    const members = this.#byTopic.get(topic);
    if (!members?.delete(peer)) return false;
    peer.topics?.delete(topic);
    // A topic without members is none.
    if (members.size === 0) this.#byTopic.delete(topic);
    return true;
  }

  /** The members of a topic, in the order in which they joined. */
  membersOf(topic: string): ReadonlySet<Peer> {
    return this.#byTopic.get(topic) ?? NOBODY;
  }

  /** Topics that have members. */
  topics(): Iterable<string> {
    return this.#byTopic.keys();
  }

  [Symbol.iterator](): Iterator<Peer> {
    return this.#peers.values();
  }
}
