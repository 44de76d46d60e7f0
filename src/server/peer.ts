/** Peer: one client of a server, between its adapter and whoever uses its socket: heard, counted, limited. */

import type { AdapterSink, CloseInfo, Dialer } from "../adapter/adapter.ts";
import type { WsAdapter } from "../adapter/ws.ts";
import type { WsAcceptor } from "../adapter/ws-acceptor.ts";
import { redact } from "../base/url.ts";
import { CloseCode } from "../constants.ts";
import { type ErrorKind, SocketError } from "../errors.ts";
import type { WebSocket } from "../websocket.ts";
import type { Backlog } from "./backlog.ts";
import { TokenBucket } from "./token-bucket.ts";

/** How fast a client may send; `Infinity` for no limit. */
export interface RateLimits {
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Largest message: it may always come at once. */
  readonly readLimit: number;
}

/** Whose peers they are. */
export interface PeerOwner {
  readonly rates: RateLimits;
  /** It has failed; its end follows. */
  handleError(peer: Peer, error: SocketError): void;
  /** There is room for what was held back. */
  handleDrain(peer: Peer): void;
  handleEnd(peer: Peer, info: CloseInfo): void;
}

/** Why a peer is closed on. */
export interface Failure {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly text: string;
  /** The close frame's; null to drop the connection at once. */
  readonly close: { readonly code: CloseCode; readonly reason: string } | null;
}

export class Peer implements AdapterSink {
  readonly #owner: PeerOwner;
  #adapter: WsAdapter | null = null;
  #sink: AdapterSink | null = null;
  #socket: WebSocket | null = null;
  /** Null where there are no such limits. */
  readonly #rates: Rates | null;
  #hasFailed = false;
  /** When it was last looked at and something had come, by a monotonic clock, in ms; 0 since something came. */
  heardAtMs = 0;
  /** When it was pinged after that; 0 where it was not. */
  pingedAtMs = 0;
  /** The topics that it has joined; made with the first. */
  topics: Set<string> | null = null;
  /** What it is sent once it has caught up; null where there is nothing. */
  backlog: Backlog | null = null;

  /** The IP address that it counts for. */
  readonly address: string;

  constructor(owner: PeerOwner, address: string) {
    this.address = address;
    this.#owner = owner;
    const { messagesPerSecond, bytesPerSecond } = owner.rates;
    const isLimited = Math.min(messagesPerSecond, bytesPerSecond) < Number.POSITIVE_INFINITY;
    this.#rates = isLimited ? createRates(owner.rates) : null;
  }

  /** Opens what is made by a dialer over the accepted socket, this peer in between. */
  over(acceptor: WsAcceptor): Dialer {
    return {
      supported: true,
      checkOptions: checkNothing,
      dial: (_request, sink) => {
        this.#sink = sink;
        this.#adapter = acceptor.accept(this);
        return this.#adapter;
      },
    };
  }

  /** Its adapter. There from the start of its life on. */
  get adapter(): WsAdapter {
    if (!this.#adapter) throw new TypeError("Peer: it has no adapter yet");
    return this.#adapter;
  }
  get socket(): WebSocket {
    if (!this.#socket) throw new TypeError("Peer: it has no socket yet");
    return this.#socket;
  }
  set socket(socket: WebSocket) {
    this.#socket = socket;
  }

  get separateTasks(): boolean {
    return this.#sink?.separateTasks ?? false;
  }

  get awaitsDrain(): boolean {
    return this.#sink?.drain !== undefined;
  }

  /** Closes on it, or drops it; the error goes to its socket first. */
  fail({ kind, code, text, close }: Failure): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const message = `WebSocket ${redact(this.adapter.url)}: ${text}`;
    const retryable = kind === "TIMEOUT" || kind === "RATE_LIMITED";
    this.error(new SocketError(kind, message, { code, retryable }));
    if (close) this.adapter.closeWith(close.code, close.reason);
    else this.adapter.terminate();
  }

  open(): void {
    this.#sink?.open();
  }

  message(data: string | Uint8Array): void {
    this.heardAtMs = 0;
    if (this.#hasFailed) return;
    if (this.#rates) this.#checkRates(this.#rates, data);
    if (!this.#hasFailed) this.#sink?.message(data);
  }

  ping(): void {
    this.heardAtMs = 0;
    this.#sink?.ping?.();
  }

  pong(payload: Uint8Array): void {
    this.heardAtMs = 0;
    this.#sink?.pong?.(payload);
  }

  drain(): void {
    if (this.backlog) this.#owner.handleDrain(this);
    this.#sink?.drain?.();
  }

  error(error: SocketError): void {
    this.#owner.handleError(this, error);
    this.#sink?.error(error);
  }

  close(info: CloseInfo): void {
    this.#owner.handleEnd(this, info);
    this.#sink?.close(info);
  }

  #checkRates(rates: Rates, data: string | Uint8Array): void {
    const bytes = typeof data === "string" ? Buffer.byteLength(data) : data.length;
    const nowMs = performance.now();
    const { messagesPerSecond, bytesPerSecond } = this.#owner.rates;
    if (!rates.messages.take(1, nowMs)) {
      this.fail(tooFast(`more than messagesPerSecond, ${messagesPerSecond}`));
    } else if (!rates.bytes.take(bytes, nowMs)) {
      this.fail(tooFast(`more bytes than bytesPerSecond, ${bytesPerSecond}`, "too many bytes"));
    }
  }
}

function checkNothing(): void {}

/** What a client may still send. */
interface Rates {
  readonly messages: TokenBucket;
  readonly bytes: TokenBucket;
}

function createRates({ messagesPerSecond, bytesPerSecond, readLimit }: RateLimits): Rates {
  return {
    messages: new TokenBucket(messagesPerSecond, Math.max(1, messagesPerSecond)),
    bytes: new TokenBucket(bytesPerSecond, Math.max(readLimit, bytesPerSecond)),
  };
}

function tooFast(text: string, reason = "too many messages"): Failure {
  const close = { code: CloseCode.POLICY_VIOLATION, reason };
  return { kind: "RATE_LIMITED", code: "ERR_TOO_FAST", text, close };
}
