/** Pings of Node: those that wait for their pong (RFC 6455, section 5.5.2). */

import { type Settle, wait } from "../base/wait.ts";
import type { ErrorKind, SocketError } from "../errors.ts";
import type { Adapter } from "../link.ts";

/** What pings ask of the connection that they belong to. */
interface PingOwner {
  readonly adapter: Adapter;
  readonly waits: Set<Settle<never>>;
  requireOpen(): void;
  describe(kind: ErrorKind, code: string, text: string): SocketError;
}

interface Ping {
  readonly sentAt: number;
  resolve(roundTripMs: number): void;
}

class Pings {
  readonly #owner: PingOwner;
  /** By the number that is their payload, oldest first. */
  readonly #waiting = new Map<string, Ping>();
  #last = 0;

  constructor(owner: PingOwner) {
    this.#owner = owner;
  }

  /** Resolves with the round trip in ms. @throws {SocketError} INTERNAL, `ERR_NOT_OPEN` */
  send({ timeoutMs, signal }: PingLimits): Promise<number> {
    const owner = this.#owner;
    owner.requireOpen();
    return wait<number>({
      timeoutMs,
      signal,
      group: owner.waits,
      start: ({ resolve }) => this.#start(resolve),
      late: ({ reject }) =>
        reject(owner.describe("TIMEOUT", "ERR_PING_TIMEOUT", `no pong in ${timeoutMs} ms`)),
    });
  }

  /** A pong answers the ping of its payload, and all before: a peer need only answer the newest. */
  handlePong(payload: Uint8Array): void {
    const answered = new TextDecoder().decode(payload);
    if (!this.#waiting.has(answered)) return;
    for (const [name, { sentAt, resolve }] of this.#waiting) {
      resolve(performance.now() - sentAt);
      if (name === answered) return;
    }
  }

  /** @returns what forgets the ping */
  #start(resolve: Ping["resolve"]): () => void {
    this.#last += 1;
    const name = `${this.#last}`;
    this.#waiting.set(name, { sentAt: performance.now(), resolve });
    this.#owner.adapter.ping?.(new TextEncoder().encode(name));
    return () => this.#waiting.delete(name);
  }
}

interface PingLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export function createPings(owner: PingOwner): Pings {
  return new Pings(owner);
}
