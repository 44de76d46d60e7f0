/** Topic: those who have joined it, and what is sent to all of them. */

import type { WebSocket } from "../websocket.ts";
import { frame, OVERFLOWS, type Overflow } from "./broadcast.ts";
import type { Hub } from "./hub.ts";
import { type Check, checkOptions } from "./option-checks.ts";
import type { Peer } from "./peer.ts";

/** What stands for a client: its socket, or what has one. */
export type Member = WebSocket | { readonly socket: WebSocket };

/** How a message for a topic is sent. */
export interface TopicSendOptions {
  /** Who does not get it: who it came from, as a rule. */
  readonly except?: Member | undefined;
  /** What happens where a client does not keep up. @default "close" */
  readonly overflow?: Overflow | undefined;
}

const SEND_CHECKS: Readonly<Record<string, Check>> = {
  except: (value) => (Object(value) === value ? null : "a socket, or a connection"),
  overflow: (value) =>
    OVERFLOWS.some((word) => word === value) ? null : `one of ${OVERFLOWS.join(", ")}`,
};

/** The sockets that have joined a topic; it exists for as long as there are any. */
export class Topic implements Iterable<WebSocket> {
  readonly name: string;
  readonly #hub: Hub;

  /** @internal */
  constructor(name: string, hub: Hub) {
    this.name = name;
    this.#hub = hub;
  }

  /** How many have joined. */
  get size(): number {
    return this.#hub.registry.membersOf(this.name).size;
  }

  /** Lets a client join; it leaves when it closes. @returns whether it was not yet a member, and is open */
  add(member: Member): boolean {
    const peer = this.#hub.peerOf(socketOf(member));
    return peer !== undefined && this.#hub.registry.join(peer, this.name);
  }

  /** Lets a client leave. @returns whether it was a member */
  delete(member: Member): boolean {
    const peer = this.#hub.peerOf(socketOf(member));
    return peer !== undefined && this.#hub.registry.leave(peer, this.name);
  }

  has(member: Member): boolean {
    const peer = this.#hub.peerOf(socketOf(member));
    return peer !== undefined && this.#hub.registry.membersOf(this.name).has(peer);
  }

  /**
   * Sends to all members what `Connection.send` would send; framed once, and nobody waits for the slowest.
   *
   * @returns how many it was sent to
   * @throws {SocketError} INVALID: `ERR_INVALID_MESSAGE` for what can't be sent, `ERR_INVALID_OPTION` for wrong options
   */
  send(data: unknown, options: TopicSendOptions = {}): number {
    checkOptions("Topic.send", options, SEND_CHECKS);
    const { except, overflow = "close" } = options;
    const members = this.#hub.registry.membersOf(this.name);
    const left = except && this.#hub.peerOf(socketOf(except));
    const peers = left && members.has(left) ? without(members, left) : members;
    return this.#hub.deliver(frame(data), peers, { overflow, topic: this.name });
  }

  *[Symbol.iterator](): Iterator<WebSocket> {
    for (const peer of this.#hub.registry.membersOf(this.name)) yield peer.socket;
  }
}

function* without(peers: Iterable<Peer>, left: Peer): Iterable<Peer> {
  for (const peer of peers) if (peer !== left) yield peer;
}

function socketOf(member: Member): WebSocket {
  return "socket" in member ? member.socket : member;
}
