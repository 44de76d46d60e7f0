/** Pings: those that wait for their pong (RFC 6455, section 5.5.2). */

interface Ping {
  readonly sentAt: number;
  resolve(roundTripMs: number): void;
}

export class Pings {
  /** By the number that is their payload, oldest first. */
  readonly #waiting = new Map<string, Ping>();
  #last = 0;

  /** @returns the payload, and what forgets the ping */
  add(resolve: Ping["resolve"]): [payload: Uint8Array, forget: () => void] {
    this.#last += 1;
    const name = `${this.#last}`;
    this.#waiting.set(name, { sentAt: performance.now(), resolve });
    return [new TextEncoder().encode(name), () => this.#waiting.delete(name)];
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
}
