/** Queue: values on their way from senders to receivers, and those of both who have to wait.
 *  Each call is one synchronous step that takes effect as a whole: nothing comes in between. */

import { Fifo } from "../base/fifo.ts";

/** What a receiver gets: a value, or `ok: false` once the channel is closed and drained. */
export type Received<T> =
  | { readonly value: T; readonly ok: true }
  | { readonly value: undefined; readonly ok: false };

/** What a send that took effect is told. */
export const SENT: Received<undefined> = { value: undefined, ok: true };
/** What all are told once it is closed: receivers that nothing comes, senders that it was not sent. One for all. */
export const CLOSED: Received<never> = Object.freeze({ value: undefined, ok: false });

interface Receiver<T> {
  settle(received: Received<T>): void;
}

interface Sender<T> extends Receiver<undefined> {
  readonly value: T;
}

/** By number, in order of arrival: anyone in the line can leave it, at the same cost however long it is. */
class Line<W> extends Map<number, W> {
  #first = 0;
  #next = 0;

  /** @returns the function that takes it out again */
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

/**
 * First in, first out, as a channel of Go: with a capacity of 0 a value passes straight from a sender to a
 * receiver. Whoever would have to wait first attempts, and awaits only what could not be had at once.
 *
 * What is internal is for the library alone, and stands in no published types.
 */
export class Queue<T> {
  /** How many values it holds while nobody receives. */
  readonly capacity: number;
  readonly #items = new Fifo<T>();
  readonly #receivers = new Line<Receiver<T>>();
  /** Made with the first: few ever wait to send. */
  #senders: Line<Sender<T>> | undefined;
  #closed = false;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** @internal Called after each value that left the buffer, not for one that went to a waiting receiver. */
  onTake?(value: T): void;

  /** How many values it holds now. */
  get length(): number {
    return this.#items.size;
  }

  /** Whether it was closed; there may still be values to receive. */
  get closed(): boolean {
    return this.#closed;
  }

  /** @internal How many receivers and senders wait. */
  get waiting(): number {
    return this.#receivers.size + (this.#senders?.size ?? 0);
  }

  /** @internal Adds a value, beyond the capacity if need be; drops it once closed. */
  push(value: T): void {
    this.attemptSend(value, Infinity);
  }

  /** @internal Takes the oldest value; null where there is none yet. */
  attemptReceive(): Received<T> | null {
    // Above the capacity there is no room yet for what the senders hold.
    const sender = this.length > this.capacity ? undefined : this.#senders?.shift();
    if (sender) this.#items.push(sender.value);
    if (this.length === 0) return this.#closed ? CLOSED : null;
    // There is one, though it may be undefined itself.
    const value = this.#items.shift() as T;
    sender?.settle(SENT);
    this.onTake?.(value);
    return { value, ok: true };
  }

  /**
   * @internal
   * Hands a value to a waiting receiver, or else to the buffer while that holds fewer than `capacity`.
   * Null where there is no place for it.
   */
  attemptSend(value: T, capacity = this.capacity): Received<undefined> | null {
    if (this.#closed) return CLOSED;
    const receiver = this.#receivers.shift();
    if (receiver) receiver.settle({ value, ok: true });
    else if (this.length < capacity) this.#items.push(value);
    else return null;
    return SENT;
  }

  /** @internal Waits for a value or the end, after `attemptReceive` gave null. @returns what cancels it */
  awaitReceive(settle: Receiver<T>["settle"]): () => void {
    return this.#receivers.join({ settle });
  }

  /** @internal Waits for a place for `value`, after `attemptSend` had none. @returns what cancels it */
  awaitSend(value: T, settle: Sender<T>["settle"]): () => void {
    this.#senders ??= new Line();
    return this.#senders.join({ value, settle });
  }

  /** @internal Ends it: what is in the buffer can still be received, those who wait are told. Idempotent. */
  end(): void {
    this.#closed = true;
    for (const line of [this.#receivers, this.#senders]) {
      for (const { settle } of line?.values() ?? []) settle(CLOSED);
      line?.clear();
    }
  }
}
