/** Session of Node: one that knows its pings, and waits for their pong (RFC 6455, section 5.5.2). */

import { type PingLimits, Session } from "./session.ts";
import { wait } from "./wait.ts";

interface Ping {
  readonly sentAt: number;
  resolve(roundTripMs: number): void;
}

export class PlatformSession extends Session {
  /** Pings that wait for their pong, by the number that is their payload, oldest first. */
  readonly #pings = new Map<string, Ping>();
  #lastPing = 0;

  async sendPing({ timeoutMs, signal }: PingLimits): Promise<number> {
    this.requireOpen();
    return await wait<number>({
      timeoutMs,
      signal,
      group: this.waits,
      start: ({ resolve }) => this.#startPing(resolve),
      late: ({ reject }) =>
        reject(this.describe("TIMEOUT", "ERR_PING_TIMEOUT", `no pong in ${timeoutMs} ms`)),
    });
  }

  ping(): void {
    this.noteRead();
  }

  /** A pong answers the ping of its payload, and all before: a peer need only answer the newest. */
  pong(payload: Uint8Array): void {
    this.noteRead();
    const answered = new TextDecoder().decode(payload);
    if (!this.#pings.has(answered)) return;
    for (const [name, { sentAt, resolve }] of this.#pings) {
      resolve(performance.now() - sentAt);
      if (name === answered) return;
    }
  }

  /** @returns what forgets the ping */
  #startPing(resolve: Ping["resolve"]): () => void {
    this.#lastPing += 1;
    const name = `${this.#lastPing}`;
    this.#pings.set(name, { sentAt: performance.now(), resolve });
    this.adapter.ping?.(new TextEncoder().encode(name));
    return () => this.#pings.delete(name);
  }
}
