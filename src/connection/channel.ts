/** Channel: values from whoever sends to whoever receives, one by one, in order, as in Go.
 *  Here is also what a case of `select` is, and how the first of several takes effect. */

import { invalidOption, SocketError } from "../errors.ts";
import { Queue, type Received } from "./queue.ts";
import { wait } from "./wait.ts";

/** Largest capacity: what stands in a buffer is held in memory. */
const MAX_CAPACITY = 1_000_000;

/**
 * One receive or send that `select` may choose: `T` is what it receives, `C` the channel.
 *
 * A case has no effect before it is given to `select`; it may be given again.
 */
export interface Case<T, C = Channel<T>> {
  readonly channel: C;
  /** Whether it sends: it fails then once the channel is closed. */
  readonly sends?: true;
  /** Takes effect if that can be at once; null where it would have to wait. */
  attempt(): Received<T> | null;
  /**
   * Waits until it takes effect, which `settle` is told, once, and never from within this call.
   *
   * @returns the function that ends the wait
   */
  wait(settle: (received: Received<T>) => void): () => void;
}

/** What may end a wait. */
export interface AbortOptions {
  /** Aborting it rejects with a `SocketError` CANCELED; nothing is received or sent then. */
  readonly signal?: AbortSignal | undefined;
}

/** The case that took effect. */
interface Taken<T, C> {
  readonly channel: C;
  readonly received: Received<T>;
}

/**
 * Lets the first case that is ready take effect, in the order of the list, or else the first that gets ready.
 * All others are left without a trace.
 *
 * @throws {SocketError} CANCELED once `signal` is aborted; what a case fails with
 */
export function takeFirst<T, C>(
  cases: readonly Case<T, C>[],
  signal: AbortSignal | undefined,
): Promise<Taken<T, C>> {
  return wait({
    signal,
    start({ resolve, reject }) {
      const settle = ({ channel, sends }: Case<T, C>, received: Received<T>): void => {
        if (sends && !received.ok) reject(describeClosed());
        else resolve({ channel, received });
      };
      for (const each of cases) {
        const received = each.attempt();
        if (received) {
          settle(each, received);
          return undefined;
        }
      }
      const cancels = cases.map((each) => each.wait((received) => settle(each, received)));
      return () => {
        for (const cancel of cancels) cancel();
      };
    },
  });
}

/** The channel is closed, and takes nothing more. */
function describeClosed(): SocketError {
  return new SocketError("INTERNAL", "Channel: already closed", { code: "ERR_CHANNEL_CLOSED" });
}

/**
 * A queue between asynchronous senders and receivers, with the semantics of a Go channel.
 *
 * Values come out in the order they went in, each to exactly one receiver; waiting receivers and senders are
 * served in order of arrival.
 */
export class Channel<T> extends Queue<T> implements AsyncIterable<T> {
  /**
   * @param capacity values that it holds while nobody receives, 0 to 1,000,000; with 0, the default, each
   *   `send` waits for its receiver
   * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, for another capacity
   */
  constructor(capacity = 0) {
    // Only a whole number from 0 on stays what it is as an unsigned one.
    if (capacity >>> 0 !== capacity || capacity > MAX_CAPACITY) {
      throw invalidOption("capacity", capacity, `a whole number, 0..${MAX_CAPACITY}`, "Channel");
    }
    super(capacity);
  }

  /**
   * Resolves once the value is in the buffer or was received.
   *
   * @throws {SocketError} INTERNAL, `ERR_CHANNEL_CLOSED`, when the channel is closed, or gets closed before;
   *   CANCELED, `ERR_ABORTED`, when `signal` is aborted before. The value was not sent then
   */
  async send(value: T, { signal }: AbortOptions = {}): Promise<void> {
    await takeFirst([this.caseSend(value)], signal);
  }

  /**
   * Resolves with the oldest value as `{ value, ok: true }`, or with `{ value: undefined, ok: false }` once
   * the channel is closed and drained.
   *
   * @throws {SocketError} CANCELED, `ERR_ABORTED`, when `signal` is aborted before; nothing was received then
   */
  async receive({ signal }: AbortOptions = {}): Promise<Received<T>> {
    // The short way for what is there already.
    const ready = signal ? null : this.attemptReceive();
    return ready ?? (await takeFirst([this.caseReceive()], signal)).received;
  }

  /**
   * Says that nothing more will be sent. What it holds can still be received; senders that wait are refused.
   *
   * @throws {SocketError} INTERNAL, `ERR_CHANNEL_CLOSED`, when it is closed already
   */
  close(): void {
    if (this.closed) throw describeClosed();
    this.end();
  }

  /** The case of `select` that receives from this channel. */
  caseReceive(): Case<T> {
    return {
      channel: this,
      attempt: () => this.attemptReceive(),
      wait: (settle) => this.awaitReceive(settle),
    };
  }

  /** The case of `select` that sends `value` to this channel; it rejects when the channel is closed. */
  caseSend(value: T): Case<undefined, Channel<T>> {
    return {
      channel: this,
      sends: true,
      attempt: () => this.attemptSend(value),
      wait: (settle) => this.awaitSend(value, settle),
    };
  }

  /** The values, until it is closed and drained. Leaving the loop does not close it. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return {
      next: async () => {
        const { value, ok } = await this.receive();
        return ok ? { value, done: false } : { value, done: true };
      },
    };
  }
}
