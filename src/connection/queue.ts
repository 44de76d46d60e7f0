/** Queue: values on their way from senders to receivers, and those of both who have to wait.
 *  Each call is one synchronous step that takes effect as a whole: nothing comes in between. */

import { Fifo } from "../base/fifo.ts";
import { SocketError } from "../errors.ts";

/** What a receiver gets: a value, or `ok: false` once the channel is closed and drained. */
export type Received<T> =
  | { readonly value: T; readonly ok: true }
  | { readonly value: undefined; readonly ok: false };

/** Why nothing was received or sent; else what was. */
export type Outcome<T> = Received<T> | SocketError;

/** What a send that took effect is told. */
export const SENT: Received<undefined> = { value: undefined, ok: true };

interface Sender<T> {
  readonly value: T;
  settle(outcome: Outcome<undefined>): void;
}

/** Who waits, by number, in order of arrival: anyone in the line can leave it, at the same cost. */
class Line<W> extends Map<number, W> {
  #first = 0;
  #next = 0;

  /** @returns the function that takes the waiter out again */
  join(waiter: W): () => void {
    // Nobody is left of those before, so that their numbers need not be gone through.
    if (this.size === 0) this.#first = this.#next;
    const number = this.#next++;
    this.set(number, waiter);
    return () => this.delete(number);
  }

  shift(): W | undefined {
    let waiter: W | undefined;
    while (this.size > 0 && waiter === undefined) {
      waiter = this.get(this.#first);
      this.delete(this.#first++);
    }
    return waiter;
  }
}

/** The channel is closed: for all that it refuses then. */
export function describeClosed(): SocketError {
  return new SocketError("INTERNAL", "Channel: already closed", { code: "ERR_CHANNEL_CLOSED" });
}

/**
 * First in, first out, as a channel of Go: with a capacity of 0 a value passes straight from a sender to a
 * receiver. Whoever would have to wait first attempts, and awaits only what could not be had at once.
 */
export class Queue<T> {
  readonly capacity: number;
  readonly #items = new Fifo<T>();
  readonly #receivers = new Line<(received: Received<T>) => void>();
  readonly #senders = new Line<Sender<T>>();
  #closed = false;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Called after each value that left the buffer; not for one that went to a waiting receiver. */
  onTake?(value: T): void;

  /** Values in the buffer. */
  get length(): number {
    return this.#items.size;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many receivers and senders wait. */
  get waiting(): number {
    return this.#receivers.size + this.#senders.size;
  }

  /** Adds a value, beyond the capacity if need be; drops it once closed. */
  push(value: T): void {
    if (!this.#closed) this.attemptSend(value, Infinity);
  }

  /** Takes the oldest value; null where there is none yet. */
  attemptReceive(): Received<T> | null {
    const items = this.#items;
    // Above the capacity there is no room yet for what the senders hold.
    const sender = items.size > this.capacity ? undefined : this.#senders.shift();
    if (sender) items.push(sender.value);
    if (items.size === 0) return this.#closed ? { value: undefined, ok: false } : null;
    const value = items.shift() as T;
    sender?.settle(SENT);
    this.onTake?.(value);
    return { value, ok: true };
  }

  /**
   * Hands a value to a waiting receiver, or else to the buffer while that holds fewer than `capacity`.
   *
   * @returns whether there was a place for it
   * @throws {SocketError} INTERNAL, `ERR_CHANNEL_CLOSED`
   */
  attemptSend(value: T, capacity = this.capacity): boolean {
    if (this.#closed) throw describeClosed();
    const receive = this.#receivers.shift();
    if (receive) receive({ value, ok: true });
    else if (this.length < capacity) this.#items.push(value);
    else return false;
    return true;
  }

  /** Waits for a value or the end, after `attemptReceive` gave null. @returns what cancels it */
  awaitReceive(settle: (received: Received<T>) => void): () => void {
    return this.#receivers.join(settle);
  }

  /** Waits for a place for `value`, after `attemptSend` had none. @returns what cancels it */
  awaitSend(value: T, settle: (outcome: Outcome<undefined>) => void): () => void {
    return this.#senders.join({ value, settle });
  }

  /** Ends it: what is in the buffer can still be received, those who wait are told. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const settle of this.#receivers.values()) settle({ value: undefined, ok: false });
    for (const { settle } of this.#senders.values()) settle(describeClosed());
    this.#receivers.clear();
    this.#senders.clear();
  }
}
