/** The port: what a socket of any platform can do (`Adapter`) and what it reports (`AdapterSink`).
 *  Everything above knows sockets by these types alone; every implementation passes one contract suite. */

import type { Duration } from "../base/duration.ts";
import { CloseCode, type Compression } from "../constants.ts";
import type { SocketError } from "../errors.ts";

/** A message to send: text, bytes, or a Blob whose bytes are still to be read. */
export type Payload = string | ArrayBuffer | ArrayBufferView | Blob;

/** How a connection ended. */
export interface CloseInfo {
  /** The close code that the peer sent; 1005 when it sent none, 1006 when there was no close frame. */
  readonly code: number;
  /** The close reason that the peer sent, or `""`. */
  readonly reason: string;
  /** Whether both close frames passed. */
  readonly wasClean: boolean;
}

/** The end without a close frame: of a dial that failed, of a connection that was lost or dropped. */
export const ABNORMAL_END: CloseInfo = {
  code: CloseCode.ABNORMAL_CLOSURE,
  reason: "",
  wasClean: false,
};

/**
 * What an adapter reports, in this order: `open` at most once, then any number of `message`, `pong` and
 * `drain`, then `error` at most once, then `close` exactly once and nothing after it.
 *
 * Nothing is reported from within the call that dials, nor from within a call of an adapter's method.
 */
export interface AdapterSink {
  /**
   * Whether each message is to be reported in a task of its own, with all microtasks run in between, as
   * the W3C events require; asked for each message. Many platforms always do so, and don't ask.
   */
  readonly separateTasks?: boolean | undefined;
  /** The handshake is done; `protocol` and `extensions` are known. */
  open(): void;
  /**
   * A whole message; none once `close` was called. Bytes may be a view into memory that the adapter reuses once the call returns to
   * the event loop; who keeps them for longer copies them.
   */
  message(data: string | Uint8Array): void;
  /** A ping of the peer arrived; it has been answered. Few ask for these two. */
  ping?(): void;
  /** A pong arrived, with its payload (RFC 6455, section 5.5.3). */
  pong?(payload: Uint8Array): void;
  /** Bytes have been handed to the network; `bufferedAmount` says how many are left. Few ask for that. */
  drain?(): void;
  /** False where `drain` is not needed yet, which spares the platform the effort; asked for once, when it first sends. */
  readonly awaitsDrain?: boolean;
  /** Why the connection is about to end, when that was neither asked for nor a clean close. */
  error(error: SocketError): void;
  /** The connection has ended. */
  close(info: CloseInfo): void;
}

/** A socket, dialled or accepted. An absent method is one that the platform lacks. */
export interface Adapter {
  /** The absolute URL that was dialled. */
  readonly url: string;
  /** The subprotocol that the server chose, or `""`. */
  readonly protocol: string;
  /** The extensions in use, as in `Sec-WebSocket-Extensions`, or `""`. */
  readonly extensions: string;
  /** `"ip:port"` of the peer; absent where the platform does not tell. */
  readonly remoteAddress?: string;
  /**
   * Payload bytes taken by `send` and not yet handed to the network; they don't fall within the task of
   * the `send`, its microtasks included, and keep their value after the end.
   */
  readonly bufferedAmount: number;
  /** Payload bytes that `send` has taken so far, whoever sent them; absent where nobody else sends. */
  readonly takenBytes?: number;
  /** Whether `drain` is reported; else `bufferedAmount` has to be asked for. */
  readonly reportsDrain?: boolean;
  /**
   * The state: OPEN at the latest when `open` is reported, and from the start where it was accepted, not dialled.
   * Past OPEN once either side has started the closing handshake, or the connection has ended.
   */
  readonly readyState: number;

  /**
   * Sends a text (string) or binary message. Called only from `open` on; once closing has begun the message
   * is discarded, and counted in `bufferedAmount` for good.
   * Bytes are taken before the call returns: the caller may reuse them at once. A Blob keeps its place
   * among the messages while it is read; it counts in `bufferedAmount` from the start.
   * @throws {TypeError} when the memory is shared with another thread, or can be resized, where the platform
   *   refuses that
   */
  send(data: Payload): void;

  /**
   * Starts the closing handshake behind all that was sent; ends the dial when it is still under way.
   * The wait for the peer is bounded. Later calls do nothing but check their arguments.
   * @throws {DOMException} as the W3C `close` does, in every state
   */
  close(code: number, reason: string): void;

  /**
   * Closes as `close` does, with any code that may stand in a close frame: 1000 to 1003, 1007 to 1014,
   * 3000 to 4999.
   * @throws {SocketError} INVALID, `ERR_INVALID_CLOSE`, for another code or a reason of over 123 bytes
   */
  closeWith?(code: number, reason: string): void;

  /** Drops the connection, or the dial, at once, without a closing handshake. */
  terminate?(): void;

  /** Sends a ping of at most 125 bytes (RFC 6455, section 5.5.2). */
  ping?(payload: Uint8Array): void;

  /** Stops reading from the network, so that the peer feels backpressure. */
  pause?(): void;

  /** Reads on. */
  resume?(): void;
}

/** TLS settings of a dial, named as Node's `tls.connect` names them. */
export interface TlsOptions {
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  readonly cert?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  readonly key?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  readonly pfx?: string | Uint8Array | undefined;
  readonly passphrase?: string | undefined;
  readonly servername?: string | undefined;
  readonly ciphers?: string | undefined;
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
  readonly maxVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
  /** `false` accepts any certificate: whoever sits on the line can read and change everything. @default true */
  readonly rejectUnauthorized?: boolean | undefined;
  /** Replaces Node's check of the certificate's names; returns an error to refuse it. */
  checkServerIdentity?(hostname: string, certificate: object): Error | undefined;
}

/**
 * Options of a `WebSocket`: how it dials. They are for Node; a page's sockets leave nothing to choose, and
 * there each of them throws a `SocketError` INVALID with code `ERR_UNSUPPORTED`.
 */
export interface WebSocketOptions {
  /**
   * Header fields of the handshake request; an array sends the field several times. The fields that make
   * up the handshake itself (`Upgrade`, `Connection`, `Sec-WebSocket-*`), or announce a body, are refused.
   */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Whether to offer permessage-deflate. @default Compression.DISABLED */
  readonly compression?: Compression | undefined;
  /**
   * Largest message accepted, in bytes after decompression, 0 to 128 MiB. A larger one closes the
   * connection with 1009 before it is held in memory. 0 accepts empty messages only.
   * @default 16 MiB
   */
  readonly readLimit?: number | undefined;
  /**
   * Longest opening handshake, redirects included: ms or a Go duration string; 0 or `Infinity` for no
   * limit. On expiry: an error of kind TIMEOUT, then close.
   * @default "10s"
   */
  readonly dialTimeout?: Duration | undefined;
  /**
   * Smallest message that is compressed, in bytes of payload, 0 to 100 MiB, where compression was negotiated.
   * @default 128 with a context, 512 without
   */
  readonly compressionThreshold?: number | undefined;
  /**
   * How hard zlib tries to make a message small: 1 is fastest, 9 smallest, 0 does not compress. Either side
   * may choose its own.
   * @default 6
   */
  readonly compressionLevel?: number | undefined;
  /** The `http.Agent` (`https.Agent` for `wss:`) that opens the connection: proxies, pinned addresses. */
  readonly agent?: object | undefined;
  /** TLS settings for `wss:` URLs. */
  readonly tls?: TlsOptions | undefined;
  /**
   * How many redirects to follow, 0 to 20. Crossing to another origin drops the caller's `headers`, for good; going
   * from `wss:` to `ws:` is refused.
   * @default 0
   */
  readonly followRedirects?: number | undefined;
  /**
   * Who makes and reads the frames and, without compression, does the handshake. `"ws"` is slower, and there to be compared with;
   * `ONESOCKET_FRAMING=ws` in the environment makes it the default.
   * @default "own"
   */
  readonly framing?: "own" | "ws" | undefined;
  /** Aborting it ends the dial, and later the connection, at once: an error of kind CANCELED, then close. */
  readonly signal?: AbortSignal | undefined;
}

/** Who has a say in where a dial may lead. */
export interface DialGuard {
  /** Asked for the target of each redirect, before anything is sent there. @throws {SocketError} to refuse it */
  admitUrl(url: URL): void;
  /** Whether addresses of private networks are refused, at the moment of connecting. */
  readonly deniesPrivateNetworks: boolean;
}

/** One dial. */
export interface DialRequest {
  /** As the caller gave it: a string, a `URL`, or what makes a string of one. */
  readonly url: unknown;
  /** As the caller gave them: a string, a sequence of strings, or nothing. */
  readonly protocols: unknown;
  /** Checked before. */
  readonly options: WebSocketOptions;
  /** Nobody, where there is none. */
  readonly guard?: DialGuard | undefined;
}

/** What a platform offers for opening connections. */
export interface Dialer {
  /** Whether there is anything to dial with. */
  readonly supported: boolean;
  /**
   * Checks the options before anything is dialled; those that are undefined count as not given.
   * @throws {SocketError} INVALID when a value is wrong (`ERR_INVALID_OPTION`) or the platform cannot
   *   honour the option (`ERR_UNSUPPORTED`)
   */
  checkOptions(options: WebSocketOptions): void;
  /**
   * Starts a handshake; the outcome is reported to `sink`, never from within this call.
   * @throws {DOMException} SyntaxError for a bad URL or subprotocol, as the W3C constructor does
   */
  dial(request: DialRequest, sink: AdapterSink): Adapter;
}
