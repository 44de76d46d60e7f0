/** Session: the life of a connection over its socket: what came in, what has not left, why it ended.
 *  Everything that waits for something is told of the end here. */

import { Deferred } from "../base/deferred.ts";
import { parseDuration } from "../base/duration.ts";
import { startTimer, type Timer } from "../base/timer.ts";
import { redact } from "../base/url.ts";
import { DEFAULT_CHANNEL_CAPACITY, DEFAULT_MAX_BACKLOG_BYTES, ReadyState } from "../constants.ts";
import { type ErrorKind, SocketError } from "../errors.ts";
import type { Adapter, AdapterSink, CloseInfo, Dialer, DialRequest } from "../link.ts";
import { makeWebSocket, type WebSocket } from "../websocket.ts";
import { Channel } from "./channel.ts";
import type { ConnectOptions } from "./connect-options.ts";
import type { Message, MessageData, SentData } from "./message.ts";
import type { Settle } from "./wait.ts";

/** Bytes of unread messages above which reading stops, however few they are. */
const HIGH_BYTES = 1024 * 1024;
/** Where a page has too much unread: 1009 may not be sent by a script. */
const BACKLOG_CLOSE_CODE = 4009;
/** Where a platform does not tell when bytes leave: bytes that may be buffered while a send counts as done. */
const SLACK_BYTES = 64 * 1024;
/** How often it is asked then, in ms. */
const POLL_MS = 10;

/** What ends the wait for a pong. */
export interface PingLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Hears what the adapter reports, and passes it on to the socket. */
export abstract class Session implements AdapterSink {
  readonly adapter: Adapter;
  readonly socket: WebSocket;
  /** Messages that nobody has asked for yet. */
  readonly queue: Channel<Message>;
  readonly writeTimeoutMs: number;
  // These are made for those who ask: a server has many connections that nobody asks.
  #waits: Set<Settle<never>> | undefined;
  #opened: Deferred<void> | undefined;
  #closed: Promise<CloseInfo> | undefined;
  /** Why it ended; null where that was asked for, or clean. */
  failure: SocketError | null = null;
  /** The socket's; there is one before anything is reported. */
  #sink: AdapterSink | undefined;
  readonly #maxBacklog: number;
  readonly #readTimeoutMs: number;
  #readTimer: Timer;
  #unreadBytes = 0;
  /** Whether reading has been stopped. */
  #paused = false;
  #sentBytes = 0;
  /** What to call once a message has left, by the count of sent bytes with which it ends; oldest first. */
  #unsent: Map<() => void, number> | undefined;
  #poll: Timer;

  /** @throws what the dialer throws */
  constructor(request: DialRequest, options: ConnectOptions, dialer: Dialer) {
    const {
      channelCapacity = DEFAULT_CHANNEL_CAPACITY,
      maxBacklog = DEFAULT_MAX_BACKLOG_BYTES,
      readTimeout = 0,
      writeTimeout = 0,
    } = options;
    this.#maxBacklog = maxBacklog;
    this.#readTimeoutMs = parseDuration(readTimeout);
    this.writeTimeoutMs = parseDuration(writeTimeout);
    this.queue = new Channel(channelCapacity);
    this.queue.onTake = (message) => this.#handleTake(message);
    this.adapter = dialer.dial(request, this);
    const dial: Dialer["dial"] = (_request, sink) => {
      this.#sink = sink;
      return this.adapter;
    };
    this.socket = makeWebSocket({ ...dialer, dial }).open(this.adapter.url);
  }

  /** What waits for something that the end makes impossible. */
  get waits(): Set<Settle<never>> {
    this.#waits ??= new Set();
    return this.#waits;
  }

  /** Resolves with how it ended. */
  get closed(): Promise<CloseInfo> {
    this.#closed ??= this.socket.read();
    return this.#closed;
  }

  get separateTasks(): boolean | undefined {
    return this.#sink?.separateTasks;
  }

  /** Resolves once the handshake is done; rejects with why it failed. Asked for before anything is reported. */
  whenOpen(): Promise<void> {
    this.#opened = new Deferred();
    return this.#opened.promise;
  }

  /** Sends a ping, and resolves with the round trip in ms. @throws {SocketError} where there are no pings */
  abstract sendPing(limits: PingLimits): Promise<number>;

  /** @throws {SocketError} INTERNAL, `ERR_NOT_OPEN`, once closing has begun */
  requireOpen(): void {
    const isOpen = this.socket.readyState === ReadyState.OPEN;
    if (!isOpen) throw this.describe("INTERNAL", "ERR_NOT_OPEN", "no longer open");
  }

  /** An error of this connection, in one line that says where it leads. */
  describe(kind: ErrorKind, code: string, text: string): SocketError {
    const message = `Connection ${redact(this.adapter.url)}: ${text}`;
    return new SocketError(kind, message, { code, retryable: kind === "TIMEOUT" });
  }

  /** Ends it at once: it took too long. */
  endLate(code: string, text: string): void {
    this.failure ??= this.describe("TIMEOUT", code, text);
    this.adapter.terminate?.();
  }

  /** Sends; `resolve` is called once it has left, and must forget about it. @returns what forgets about that */
  send(payload: SentData, resolve: () => void): () => void {
    const before = this.adapter.bufferedAmount;
    this.socket.send(payload);
    this.#sentBytes += this.adapter.bufferedAmount - before;
    this.#unsent ??= new Map();
    this.#unsent.set(resolve, this.#takenBytes);
    this.#resolveSent();
    return () => this.#unsent?.delete(resolve);
  }

  /** From now on the peer's silence is measured. That we don't read is no silence. */
  noteRead(): void {
    const ms = this.#readTimeoutMs;
    if (ms === 0) return;
    clearTimeout(this.#readTimer);
    const end = (): void => this.endLate("ERR_READ_TIMEOUT", `silent after readTimeout, ${ms} ms`);
    this.#readTimer = startTimer(this.#paused ? 0 : ms, end, undefined);
  }

  open(): void {
    this.#sink?.open();
    this.#opened?.resolve();
    this.noteRead();
  }

  message(data: MessageData): void {
    this.noteRead();
    this.#take(data);
    this.#sink?.message(data);
  }

  drain(): void {
    this.#resolveSent();
  }

  error(error: SocketError): void {
    this.failure ??= error;
    this.#sink?.error(error);
  }

  close(info: CloseInfo): void {
    this.#sink?.close(info);
    clearTimeout(this.#readTimer);
    const reason =
      this.failure ?? this.describe("INTERNAL", "ERR_CLOSED", `closed with ${info.code}`);
    this.#opened?.reject(reason);
    this.queue.end();
    for (const { reject } of this.#waits ?? []) reject(reason);
  }

  get #takenBytes(): number {
    return this.adapter.takenBytes ?? this.#sentBytes;
  }

  #take(data: MessageData): void {
    const { queue } = this;
    const { length } = queue;
    // Its own copy of the bytes: those of the adapter may be used again (and a Buffer's slice is no copy).
    queue.push(
      typeof data === "string"
        ? { type: "text", data }
        : { type: "binary", data: new Uint8Array(data) },
    );
    // One that went to a reader who waits is not unread.
    if (queue.length === length) return;
    this.#unreadBytes += data.length;
    const isFull = queue.length >= queue.capacity || this.#unreadBytes >= HIGH_BYTES;
    if (!this.adapter.pause) this.#checkBacklog();
    else if (isFull && !this.#paused) {
      this.#paused = true;
      this.adapter.pause();
      this.noteRead();
    }
  }

  #checkBacklog(): void {
    const maxBytes = this.#maxBacklog;
    if (this.#unreadBytes <= maxBytes) return;
    const text = `unread bytes over maxBacklog, ${maxBytes}`;
    this.failure ??= this.describe("INTERNAL", "ERR_BACKLOG", text);
    this.adapter.close(BACKLOG_CLOSE_CODE, "");
  }

  #handleTake({ data }: Message): void {
    const { queue } = this;
    this.#unreadBytes -= data.length;
    if (!this.#paused || queue.length * 2 > queue.capacity) return;
    if (this.#unreadBytes * 2 > HIGH_BYTES) return;
    this.#paused = false;
    this.noteRead();
    this.adapter.resume?.();
  }

  /** Resolves what has left. */
  #resolveSent(): void {
    const { reportsDrain, bufferedAmount } = this.adapter;
    clearTimeout(this.#poll);
    for (const [resolve, end] of this.#unsent ?? []) {
      const behind = this.#takenBytes - end;
      if (bufferedAmount > Math.max(reportsDrain ? 0 : SLACK_BYTES, behind)) {
        if (!reportsDrain) this.#poll = startTimer(POLL_MS, () => this.#resolveSent(), null);
        return;
      }
      resolve();
    }
  }
}
