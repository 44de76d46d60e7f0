/** Stats: what a server has done so far, in numbers.
 *  Plain fields, since some of them are counted up with every message. */

import type { Traffic } from "../adapter/ws-settings.ts";

/** What a server has done since it was made. Each count only grows, but for `open` and `unsentBytes`. */
export interface SocketStats {
  /** Connections open now: `accepted` less all of `closed`. */
  readonly open: number;
  /** Handshakes that were answered with 101. */
  readonly accepted: number;
  /** Handshakes that were refused, by the code of their error. */
  readonly refused: Readonly<Record<string, number>>;
  /** Messages received, text and binary; no pings, pongs and closes. */
  readonly messagesIn: number;
  /** Bytes of their payload, after decompression; text as UTF-8. */
  readonly bytesIn: number;
  /** Messages sent: one for each receiver of a broadcast. */
  readonly messagesOut: number;
  /** Bytes of their payload, before compression; text as UTF-8. */
  readonly bytesOut: number;
  /** Messages for one receiver each that were not sent, since he did not keep up. */
  readonly dropped: number;
  /** Connections that have ended, by close code; 1006 where there was no close frame. */
  readonly closed: Readonly<Record<number, number>>;
  /** Bytes sent and not yet handed to the network, of all connections together, now. */
  readonly unsentBytes: number;
}

/** Counts what a server does. */
export class Stats {
  /** To be counted up in place. */
  readonly traffic: Traffic = { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0 };
  #open = 0;
  #accepted = 0;
  #dropped = 0;
  readonly #refused = new Map<string, number>();
  readonly #closed = new Map<number, number>();

  /** A handshake was answered with 101: one more is open. */
  countAccepted(): void {
    this.#accepted += 1;
    this.#open += 1;
  }

  /** A handshake was refused; `code` is the refusal's. */
  countRefused(code: string): void {
    increment(this.#refused, code);
  }

  /** A connection that was accepted has ended. To be told once for each. */
  countClosed(code: number): void {
    this.#open -= 1;
    increment(this.#closed, code);
  }

  /** So many messages were not sent to a receiver who did not keep up. */
  countDropped(messages = 1): void {
    this.#dropped += messages;
  }

  /** All counts as they are now; frozen, and untouched by what comes later. */
  snapshot(unsentBytes: number): SocketStats {
    return Object.freeze({
      open: this.#open,
      accepted: this.#accepted,
      refused: Object.freeze(Object.fromEntries(this.#refused)),
      ...this.traffic,
      dropped: this.#dropped,
      closed: Object.freeze(Object.fromEntries(this.#closed)),
      unsentBytes,
    });
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
