/** Session: the life of a connection over its link: what came in, what has not left, why it ended.
 *  Everything that waits for something is told of the end here. */

import { Deferred } from "../base/deferred.ts";
import { startTimer, type Timer } from "../base/timer.ts";
import { redact } from "../base/url.ts";
import { ReadyState } from "../constants.ts";
import { type ErrorKind, SocketError } from "../errors.ts";
import {
  type CloseInfo,
  type Dialer,
  type DialRequest,
  type Link,
  type LinkObserver,
  openLink,
} from "../link.ts";
import { Inbox } from "./inbox.ts";
import type { MessageData } from "./message.ts";
import { Output } from "./output.ts";
import { Pings } from "./pings.ts";
import type { Settle } from "./wait.ts";

/** Checked, and in the units of their names. */
export interface SessionSettings {
  readonly channelCapacity: number;
  readonly maxBacklog: number;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
}

/** Where a page has too much unread: 1009 may not be sent by a script. */
const BACKLOG_CLOSE_CODE = 4009;

export class Session implements LinkObserver {
  readonly link: Link;
  readonly settings: SessionSettings;
  readonly inbox: Inbox;
  readonly output: Output;
  readonly pings = new Pings();
  /** What waits for something that the end makes impossible. */
  readonly waits = new Set<Settle<never>>();
  /** Resolves once the handshake is done; rejects with why it failed. */
  readonly opened = new Deferred<void>();
  /** Resolves with how it ended. */
  readonly closed = new Deferred<CloseInfo>();
  /** Why it ended; null where that was asked for, or clean. */
  error: SocketError | null = null;
  #readTimer: Timer;
  #lastReadAt = 0;

  /** @throws what the dialer throws */
  constructor(request: DialRequest, settings: SessionSettings, dialer: Dialer) {
    this.settings = settings;
    this.inbox = new Inbox(settings.channelCapacity, settings.maxBacklog, {
      pause: () => {
        this.link.adapter.pause?.();
        return !!this.link.adapter.pause;
      },
      resume: () => {
        this.#noteRead();
        this.link.adapter.resume?.();
      },
      overflow: () => this.#overflow(),
    });
    this.link = openLink(request, this, dialer);
    this.output = new Output(this.link);
  }

  get isOpen(): boolean {
    return this.link.socket.readyState === ReadyState.OPEN;
  }

  /** An error of this connection, in one line that says where it leads. */
  describe(kind: ErrorKind, code: string, text: string): SocketError {
    const message = `Connection ${redact(this.link.adapter.url)}: ${text}`;
    return new SocketError(kind, message, { code, retryable: kind === "TIMEOUT" });
  }

  /** Ends it at once. */
  fail(error: SocketError): void {
    this.error ??= error;
    this.link.adapter.terminate?.();
  }

  open(): void {
    this.opened.resolve();
    this.#noteRead();
    this.#watchRead(this.settings.readTimeoutMs);
  }

  message(data: MessageData): void {
    this.#noteRead();
    // What comes behind our close is for nobody.
    if (this.isOpen) this.inbox.push(data);
  }

  ping(): void {
    this.#noteRead();
  }

  pong(payload: Uint8Array): void {
    this.#noteRead();
    this.pings.handlePong(payload);
  }

  drain(): void {
    this.output.check();
  }

  end(info: CloseInfo, error: SocketError | null): void {
    this.error ??= error;
    clearTimeout(this.#readTimer);
    const reason =
      this.error ?? this.describe("INTERNAL", "ERR_CLOSED", `closed with ${info.code}`);
    this.opened.reject(reason);
    this.inbox.queue.end();
    for (const { reject } of this.waits) reject(reason);
    this.closed.resolve(info);
  }

  #noteRead(): void {
    if (this.settings.readTimeoutMs > 0) this.#lastReadAt = performance.now();
  }

  /** Looks after the silence once it may have lasted too long; what we don't read is no silence. */
  #watchRead(delayMs: number): void {
    this.#readTimer = startTimer(delayMs, () => this.#checkRead(), null);
  }

  #checkRead(): void {
    const { readTimeoutMs } = this.settings;
    const leftMs = this.#lastReadAt + readTimeoutMs - performance.now();
    if (this.inbox.paused) this.#watchRead(readTimeoutMs);
    else if (leftMs > 0) this.#watchRead(leftMs);
    else {
      const text = `nothing came for readTimeout, ${readTimeoutMs} ms`;
      this.fail(this.describe("TIMEOUT", "ERR_READ_TIMEOUT", text));
    }
  }

  #overflow(): void {
    const { maxBacklog } = this.settings;
    const text = `more than maxBacklog, ${maxBacklog} bytes, are unread`;
    this.error ??= this.describe("INTERNAL", "ERR_BACKLOG", text);
    this.link.adapter.close(BACKLOG_CLOSE_CODE, "backlog");
  }
}
