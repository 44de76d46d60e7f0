/** WebSocket: the class, with both its faces, W3C and `addListener`, on one state machine.
 *  @see WHATWG WebSockets, section 3 */

import { defaultDialer } from "#default-dialer";
import { completeTarget, SocketTarget } from "#events";
import type { CloseInfo, Dialer, Payload, WebSocketOptions } from "./adapter/adapter.ts";
import { isBufferSource } from "./base/bytes.ts";
import { oneOf } from "./base/one-of.ts";
import type { Protocols } from "./base/url.ts";
import { ByteBuffer } from "./buffer.ts";
import { CloseCode, ReadyState } from "./constants.ts";
import {
  BINARY_TYPES,
  type BinaryType,
  Dispatch,
  type EventHandler,
  type EventListenerOf,
  type Handler,
  type ListenerData,
  type WebSocketEventMap,
} from "./dispatch.ts";
import { EVENT_NAMES, type EventName } from "./events/event-types.ts";
import { Lifecycle } from "./lifecycle.ts";

/** Stands in for the URL to make a socket that is not yet opened, over the dialer it carries. */
class Unopened {
  readonly dialer: Dialer;

  constructor(dialer: Dialer) {
    this.dialer = dialer;
  }
}

// Taken from the platform's own declaration: Node's types do not name these.
type AddArguments = Parameters<EventTarget["addEventListener"]>;

type RemoveOptions = Parameters<EventTarget["removeEventListener"]>[2];

/** The platform's own `removeEventListener`, with the listeners that `addEventListener` takes. */
interface RemoveEventListener {
  <E extends EventName>(
    type: E,
    listener: EventListenerOf<WebSocket, WebSocketEventMap[E]>,
    options?: RemoveOptions,
  ): void;
  (type: string, listener: AddArguments[1], options?: RemoveOptions): void;
}

// One for all sockets, which keep theirs.
const NO_OPTIONS: WebSocketOptions = {};

type Sendable = string | ArrayBuffer | ArrayBufferView | Blob | ByteBuffer;

/** Makes an unopened socket over another dialer than the platform's. */
export function makeWebSocket(dialer: Dialer, options?: WebSocketOptions): WebSocket {
  return Reflect.construct(WebSocket, [new Unopened(dialer), null, options]);
}

let lastId = 0;

/**
 * A WebSocket: the W3C class of the web platform, in a page and in Node, and besides it listeners without
 * event objects (`addListener`), a reusable buffer for binary messages and errors that say why.
 *
 * It differs from the standard in two things: `close()` without a code sends 1000, and `binaryType` starts
 * as "arraybuffer".
 */
export class WebSocket extends SocketTarget {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSING: 2;
  declare static readonly CLOSED: 3;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSING: 2;
  declare readonly CLOSED: 3;

  declare onopen: EventHandler<WebSocketEventMap["open"]>;
  declare onmessage: EventHandler<WebSocketEventMap["message"]>;
  /** Follows `onerror` in the same task where there was a failure; nothing follows it. */
  declare onclose: EventHandler<WebSocketEventMap["close"]>;
  /** Its event says why, in `error` and `message`, as far as the platform tells. */
  declare onerror: EventHandler<WebSocketEventMap["error"]>;

  declare removeEventListener: RemoveEventListener;

  readonly #dispatch: Dispatch;
  readonly #lifecycle: Lifecycle;
  /** What `open` needs; null once it was called. */
  #unopened: { readonly dialer: Dialer; readonly options: WebSocketOptions } | null = null;
  #id = "";

  /**
   * Starts to connect to `url`; `open` follows, or `error` and `close`.
   *
   * @param url `ws:` or `wss:` (`http:` and `https:` are taken as these); relative in a page
   * @param protocols subprotocols to offer, one or several; none for null
   * @throws {DOMException} SyntaxError for a bad URL, a fragment, a bad or repeated subprotocol
   * @throws {SocketError} INVALID for a bad option, or one that this platform cannot honour
   */
  constructor(
    url: string | URL,
    protocols: Protocols = null,
    options: WebSocketOptions = NO_OPTIONS,
  ) {
    super();
    requireArgument(arguments.length);
    const token: unknown = url;
    const isOpened = !(token instanceof Unopened);
    const dialer = isOpened ? defaultDialer : token.dialer;
    // Web IDL ignores a stray argument; only an object can have been meant for options.
    const settings = Object(options) === options ? options : NO_OPTIONS;
    dialer.checkOptions(settings);
    this.#dispatch = new Dispatch(this);
    this.#lifecycle = new Lifecycle(this.#dispatch);
    if (isOpened) this.#lifecycle.dial(dialer, { url, protocols, options: settings });
    else this.#unopened = { dialer, options: settings };
  }

  /** Makes a socket that connects once `open` is called. */
  static make(options?: WebSocketOptions): WebSocket {
    return makeWebSocket(defaultDialer, options);
  }

  /** Tells whether this platform has something to connect with. */
  static isSupported(): boolean {
    return defaultDialer.supported;
  }
  isSupported(): boolean {
    return WebSocket.isSupported();
  }

  /**
   * Starts to connect a socket that `make` gave; can be called once.
   *
   * @throws {DOMException} InvalidStateError when it was opened or closed before; SyntaxError as the
   *   constructor does
   */
  open(url: string | URL, protocols?: Protocols): this {
    if (this.#unopened === null || this.#lifecycle.state !== ReadyState.CONNECTING) {
      throw invalidState("opened or closed before");
    }
    const { dialer, options } = this.#unopened;
    this.#lifecycle.dial(dialer, { url, protocols, options });
    this.#unopened = null;
    return this;
  }

  /** `ReadyState`: 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): ReadyState {
    return this.#lifecycle.state;
  }
  /** The absolute URL; `""` before `open`. */
  get url(): string {
    return this.#lifecycle.adapter?.url ?? "";
  }
  /** The subprotocol that the server chose, or `""`. */
  get protocol(): string {
    return this.#lifecycle.adapter?.protocol ?? "";
  }
  /** The extensions in use, or `""`. */
  get extensions(): string {
    return this.#lifecycle.adapter?.extensions ?? "";
  }
  /**
   * Payload bytes that were sent and have not yet been handed to the network. What is sent after closing
   * began counts too, and nothing is taken off once the socket has closed.
   */
  get bufferedAmount(): number {
    return this.#lifecycle.adapter?.bufferedAmount ?? 0;
  }
  /**
   * What binary messages arrive as, on the W3C face: "arraybuffer" or "blob"; other values are ignored.
   * Set to "blob", listeners of `addListener` get Blobs as well. @default "arraybuffer"
   */
  get binaryType(): BinaryType {
    return this.#dispatch.binaryType;
  }
  set binaryType(type: BinaryType) {
    const word: BinaryType = `${type}`;
    if (BINARY_TYPES.includes(word)) this.#dispatch.binaryType = word;
  }
  /** A name of this socket, unique in the process. */
  get id(): string {
    this.#id ||= `ws-${++lastId}`;
    return this.#id;
  }

  getReadyState(): ReadyState {
    return this.readyState;
  }
  getUrl(): string {
    return this.url;
  }
  getBinaryType(): BinaryType {
    return this.binaryType;
  }
  /** Sets `binaryType`. @throws {TypeError} for another value than its two */
  setBinaryType(type: BinaryType): this {
    this.#dispatch.binaryType = oneOf("WebSocket: binaryType", BINARY_TYPES, type);
    return this;
  }

  /**
   * Sends a message: a string as text, anything of bytes as binary. Messages leave in the order of the
   * calls, a Blob's place kept while it is read. Bytes may be changed as soon as the call returns.
   *
   * Once closing has begun the message is discarded and only counted in `bufferedAmount`.
   *
   * @throws {DOMException} InvalidStateError while connecting
   */
  send(data: Sendable): this {
    requireArgument(arguments.length);
    const lifecycle = this.#lifecycle;
    const payload = typeof data === "string" ? data : toPayload(data);
    if (lifecycle.state === ReadyState.CONNECTING) throw invalidState("still connecting");
    lifecycle.adapter?.send(payload);
    return this;
  }

  /**
   * Sends a binary message: the whole of a `ByteBuffer` (its size, not its cursor), or a `BufferSource`.
   *
   * @throws {TypeError} when it is given anything else
   * @throws {DOMException} InvalidStateError while connecting
   */
  sendBytes(bytes: ByteBuffer | ArrayBuffer | ArrayBufferView): this {
    if (!(bytes instanceof ByteBuffer) && !isBufferSource(bytes)) {
      throw new TypeError(`WebSocket.sendBytes: ${bytes} is not bytes`);
    }
    return this.send(bytes);
  }

  /**
   * Starts the closing handshake behind everything sent; `close` follows, at the latest 5 s later. While
   * connecting it ends the attempt. Does nothing once closing has begun.
   *
   * @param code 1000 or 3000..4999
   * @param reason at most 123 bytes of UTF-8
   * @throws {DOMException} InvalidAccessError for another code, SyntaxError for a longer reason
   * @see RFC 6455, section 7.1.2
   */
  close(code: number = CloseCode.NORMAL, reason: string | null = null): this {
    this.#lifecycle.startClosing(+code, `${reason ?? ""}`);
    return this;
  }

  /** Resolves with how the socket closed, once it has closed. Never rejects. */
  read(): Promise<CloseInfo> {
    return new Promise((resolve) => {
      if (this.#lifecycle.end) resolve(this.#lifecycle.end);
      else this.addListener("close", (_event, info) => resolve(info));
    });
  }

  /**
   * Calls `handler(event, data, passedArg)` at each such event. Handlers are called in the order of their
   * registration, before those of `addEventListener`; one registered twice is called twice. One that
   * throws stops neither the others nor the socket: its error goes to `reportError`, or is thrown in a
   * task of its own.
   *
   * Binary messages come in a `ByteBuffer` that belongs to this registration and is re-pointed at each
   * message, nothing copied: `buffer.copy()` keeps the bytes.
   *
   * @throws {TypeError} when there is no such event, or `handler` is no function
   */
  addListener<E extends EventName>(
    event: E,
    handler: (event: E, data: ListenerData[E], passedArg: null) => void,
  ): this;
  addListener<E extends EventName, A>(
    event: E,
    handler: (event: E, data: ListenerData[E], passedArg: A) => void,
    passedArg: A,
  ): this;
  addListener(event: EventName, handler: Handler, passedArg: unknown = null): this {
    if (typeof handler !== "function") throw new TypeError(`WebSocket: ${handler} is no function`);
    this.#dispatch.listen(checkEvent(event), handler, passedArg);
    return this;
  }

  /**
   * Undoes one `addListener` of `handler`, the newest; does nothing where there is none. Takes a listener of
   * the W3C face off too: Node's `events.once` and `events.on` ask for that by this name.
   */
  removeListener(event: EventName, handler: (...args: never[]) => unknown): this {
    this.#dispatch.unlisten(event, handler as EventListener);
    return this;
  }

  override addEventListener<E extends EventName>(
    type: E,
    listener: EventListenerOf<WebSocket, WebSocketEventMap[E]>,
    options?: AddArguments[2],
  ): void;
  override addEventListener(
    type: string,
    listener: AddArguments[1],
    options?: AddArguments[2],
  ): void;
  override addEventListener(type: string, ...rest: [AddArguments[1], AddArguments[2]?]): void {
    const name = `${type}`;
    super.addEventListener(name, ...rest);
    this.#dispatch.watch(name);
    this.#lifecycle.separateTasks ||= name === "message";
  }

  static {
    // As Web IDL has it: members enumerable, constants on the class and on its prototype.
    const { prototype } = this;
    const define = Object.defineProperty;
    for (const type of EVENT_NAMES) {
      define(prototype, `on${type}`, {
        get(this: WebSocket): unknown {
          return this.#dispatch.attribute(type);
        },
        set(this: WebSocket, value: unknown) {
          this.#dispatch.setAttribute(type, value);
        },
        configurable: true,
      });
    }
    for (const name of Reflect.ownKeys(prototype)) {
      define(prototype, name, { enumerable: name !== "constructor" });
    }
    for (const [name, value] of Object.entries(ReadyState)) {
      for (const owner of [this, prototype]) define(owner, name, { value, enumerable: true });
    }
    define(prototype, Symbol.toStringTag, { value: "WebSocket", configurable: true });
    completeTarget(prototype);
  }
}

/** Anything but a string as Web IDL converts it: bytes and Blobs stay, the rest becomes a string. */
function toPayload(data: unknown): Payload {
  if (isBufferSource(data) || data instanceof Blob) return data;
  return data instanceof ByteBuffer ? data.bytes : `${data}`;
}

/** Web IDL asks for an argument to be given, `undefined` though it may be. */
function requireArgument(count: number): void {
  if (count === 0) throw new TypeError("WebSocket: an argument is missing");
}

function checkEvent(event: EventName): EventName {
  return oneOf("WebSocket: event", EVENT_NAMES, event);
}

function invalidState(state: string): DOMException {
  return new DOMException(`WebSocket: ${state}`, "InvalidStateError");
}
