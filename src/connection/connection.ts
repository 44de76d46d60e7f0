/** Connection: a socket whose messages are asked for, one at a time, as a channel or as streams. */

import { type Duration, parseDuration, WANTED_DURATION } from "../base/duration.ts";
import { CloseCode, type MessageType } from "../constants.ts";
import { invalidOption, type SocketError } from "../errors.ts";
import type { CloseInfo } from "../link.ts";
import type { WebSocket } from "../websocket.ts";
import type { Channel } from "./channel.ts";
import { orInvalid } from "./invalid.ts";
import {
  type Bytes,
  type Message,
  type MessageData,
  type SentData,
  toBytes,
  toPayload,
} from "./message.ts";
import type { Received } from "./queue.ts";
import type { Session } from "./session.ts";
import { createReadable, createWritable } from "./streams.ts";
import { type WaitOptions, wait } from "./wait.ts";

/** Longest wait of `receive`, unless it says otherwise. */
const RECEIVE_TIMEOUT = "30s";
/** Longest wait of `ping`, unless it says otherwise. */
const PING_TIMEOUT = "10s";

/** A channel to receive from. */
export type ReceiveChannel<T> = Omit<Channel<T>, "send" | "caseSend" | "close">;

/**
 * A connection, open from the start: `connect` resolves with it.
 *
 * Messages wait in a bounded inbox; who does not read stops the peer (in Node, and in a page with
 * `transport: "stream"`). Nothing is dropped, and order is kept. `receive`, `for await`, `batches`, `channel`
 * and `readable` all take from the one inbox: each message goes to one of them.
 *
 * Every promise that it gives settles when the connection ends.
 */
export class Connection implements AsyncIterable<MessageData> {
  readonly #session: Session;
  #readable: ReadableStream<MessageData> | null = null;
  #writable: WritableStream<unknown> | null = null;

  /** @internal */
  constructor(session: Session) {
    this.#session = session;
  }

  /** The socket beneath: its attributes, its events. */
  get socket(): WebSocket {
    return this.#session.socket;
  }
  /** True until the end has been seen by the reader: as long as there is something to receive, or may come. */
  get connected(): boolean {
    const { queue } = this.#session;
    return !queue.closed || queue.length > 0;
  }
  /** `"ip:port"` of the peer; `""` in a page. */
  get remoteAddress(): string {
    return this.#session.adapter.remoteAddress ?? "";
  }
  /** The subprotocol that the server chose, or `""`. */
  get protocol(): string {
    return this.socket.protocol;
  }
  /** The extensions in use, or `""`. */
  get extensions(): string {
    return this.socket.extensions;
  }
  /** Resolves with how the connection ended, once it has. Never rejects. */
  get closed(): Promise<CloseInfo> {
    return this.#session.closed;
  }
  /** Why it ended; null as long as it has not, and where the end was asked for, or clean. */
  get error(): SocketError | null {
    return this.#session.failure;
  }

  /**
   * Sends a message: a string as text, bytes as binary, a plain object or an array as JSON text; `type` makes
   * text of bytes, or bytes of text. Messages leave in the order of the calls. Bytes may be changed as soon as
   * the call returns.
   *
   * Resolves once the message has been handed to the network; awaiting it is backpressure. In a page, where
   * no event tells of that, once at most 64 KiB are buffered.
   *
   * @throws {SocketError} (rejects) INVALID for anything else; INTERNAL, `ERR_NOT_OPEN`, once closing has
   *   begun; TIMEOUT after `writeTimeout`, and the connection is dropped; why the connection ended, when that
   *   was first
   */
  async send(data: unknown, type?: MessageType): Promise<void> {
    return await this.#send(() => toPayload(data, type));
  }

  /** Sends bytes, also as an array of integers 0..255. Like `send` else. */
  async sendBytes(data: Bytes): Promise<void> {
    return await this.#send(() => toBytes(data));
  }

  /**
   * Resolves with the oldest unread message, or null once `timeout` has passed or the connection has ended:
   * `connected` tells which.
   *
   * Callers are served in the order of their calls; one that timed out consumes nothing. `""` and empty bytes
   * are messages.
   *
   * @param options longest wait, or `{ timeout, signal }`; default 30 s; 0 does not wait, `Infinity` has no limit
   * @throws {SocketError} (rejects) INVALID when it is no duration; CANCELED when `signal` was aborted
   */
  async receive(options: Duration | WaitOptions = {}): Promise<MessageData | null> {
    const { timeoutMs, signal } = toWait(options, RECEIVE_TIMEOUT);
    const { queue } = this.#session;
    let received = signal?.aborted ? null : queue.attemptReceive();
    if (!received && (timeoutMs > 0 || signal?.aborted)) {
      received = await wait<Received<Message> | null>({
        timeoutMs,
        signal,
        start: ({ resolve }) => queue.awaitReceive(resolve),
        late: ({ resolve }) => resolve(null),
      });
    }
    return received?.value?.data ?? null;
  }

  /**
   * The messages as a channel, each time the same one: `{ type: "text" | "binary", data }`. It is closed when
   * the connection has ended.
   */
  channel(): ReceiveChannel<Message> {
    return this.#session.queue;
  }

  /**
   * Sends a ping, and resolves with the round trip in ms once its pong is there.
   *
   * @param options longest wait, or `{ timeout, signal }`; default 10 s; 0 or `Infinity` for no limit
   * @throws {SocketError} (rejects) INVALID, `ERR_UNSUPPORTED`, in a page; TIMEOUT; CANCELED; why the
   *   connection ended
   */
  async ping(options: Duration | WaitOptions = {}): Promise<number> {
    return await this.#session.sendPing(toWait(options, PING_TIMEOUT));
  }

  /**
   * Starts the closing handshake behind everything sent, and resolves with how the connection ended, at the
   * latest 5 s later. Unread messages stay readable. Closing again changes nothing.
   *
   * @param code 1000 to 1003, 1007 to 1014 or 3000 to 4999; in a page 1000 or 3000 to 4999
   * @param reason at most 123 bytes of UTF-8
   * @throws {SocketError} (rejects) INVALID, `ERR_INVALID_CLOSE`, for another code or a longer reason
   */
  async close(code: number = CloseCode.NORMAL, reason: string | null = null): Promise<CloseInfo> {
    const { adapter } = this.#session;
    const text = `${reason ?? ""}`;
    orInvalid("Connection.close", "ERR_INVALID_CLOSE", () =>
      adapter.closeWith ? adapter.closeWith(code, text) : adapter.close(code, text),
    );
    return await this.closed;
  }

  /**
   * Iterates over the messages until the connection ends. Leaving the loop does not close it.
   *
   * @throws {SocketError} (rejects) `error`, when the connection failed: once all messages were read
   */
  [Symbol.asyncIterator](): AsyncIterator<MessageData, undefined> {
    return {
      next: () => {
        const ready = this.#session.queue.attemptReceive();
        // The short way, without an async function, for what is there already.
        return ready?.ok ? Promise.resolve(toResult(ready.value)) : this.#nextLater(ready);
      },
    };
  }

  /**
   * Iterates over the messages as the loop over the connection does, all that are unread at a time: the arrays
   * are never empty, and have about `channelCapacity` messages at most. The fastest way to read many small ones.
   *
   * @throws {SocketError} (rejects) `error`, when the connection failed: once all messages were read
   */
  async *batches(): AsyncGenerator<MessageData[], undefined> {
    for await (const message of this) {
      const batch = [message];
      const { queue } = this.#session;
      for (let next = queue.attemptReceive(); next?.ok; next = queue.attemptReceive()) {
        batch.push(next.value.data);
      }
      yield batch;
    }
  }

  /** `await using connection = await connect(…)` closes it at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The messages as a stream that reads none ahead. Cancelling it closes the connection. */
  get readable(): ReadableStream<MessageData> {
    this.#readable ??= createReadable(this);
    return this.#readable;
  }

  /** Sends what is written, as `send` does. Closing or aborting it closes the connection. */
  get writable(): WritableStream<unknown> {
    this.#writable ??= createWritable(this);
    return this.#writable;
  }

  async #nextLater(end: Received<Message> | null): Promise<IteratorResult<MessageData, undefined>> {
    const { value, ok } = end ?? (await this.#whenReceived());
    if (ok) return toResult(value);
    if (this.error) throw this.error;
    return { value, done: true };
  }

  #whenReceived(): Promise<Received<Message>> {
    return new Promise((resolve) => {
      this.#session.queue.awaitReceive(resolve);
    });
  }

  #send(toPayload: () => SentData): Promise<void> {
    const session = this.#session;
    session.requireOpen();
    const timeoutMs = session.writeTimeoutMs;
    return wait<void>({
      timeoutMs,
      group: session.waits,
      start: ({ resolve }) =>
        orInvalid("Connection.send", "ERR_INVALID_MESSAGE", () =>
          session.send(toPayload(), resolve),
        ),
      late: () =>
        session.endLate("ERR_WRITE_TIMEOUT", `not sent after writeTimeout, ${timeoutMs} ms`),
    });
  }
}

/** The options of a wait, checked. @throws {SocketError} INVALID when `timeout` is no duration */
function toWait(
  options: Duration | WaitOptions,
  usual: Duration,
): { readonly timeoutMs: number; readonly signal: AbortSignal | undefined } {
  const given: WaitOptions =
    Object(options) === options ? (options as WaitOptions) : { timeout: options as Duration };
  const { timeout = usual, signal } = given;
  const timeoutMs = parseDuration(timeout);
  if (timeoutMs >= 0) return { timeoutMs, signal };
  throw invalidOption("timeout", timeout, WANTED_DURATION, "Connection");
}

function toResult({ data }: Message): IteratorYieldResult<MessageData> {
  return { value: data, done: false };
}
