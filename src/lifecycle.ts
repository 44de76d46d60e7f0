/** Lifecycle: the state machine of a socket, from the dial to the one close.
 *  It owns `readyState`, the adapter and the first failure; who listens is none of its business. */

import type {
  Adapter,
  AdapterSink,
  CloseInfo,
  Dialer,
  DialRequest,
  Payload,
} from "./adapter/adapter.ts";
import { payloadBytes } from "./base/bytes.ts";
import { CloseCode, ReadyState } from "./constants.ts";
import { SocketError } from "./errors.ts";

/** Who is told what happened, in the order of `AdapterSink`; `error` and `close` come in one task. */
export type LifecycleObserver = Omit<AdapterSink, "pong" | "drain">;

/** One socket's life. Its public fields are written here alone. */
export class Lifecycle implements AdapterSink {
  /** The socket beneath; null where nothing has been dialled. */
  adapter: Adapter | null = null;
  /** How it ended; null until then. */
  end: CloseInfo | null = null;
  readonly #observer: LifecycleObserver;
  #state: ReadyState = ReadyState.CONNECTING;
  #discardedBytes = 0;
  #failure: SocketError | null = null;

  constructor(observer: LifecycleObserver) {
    this.#observer = observer;
  }

  get state(): ReadyState {
    // That the peer has started to close is seen by asking.
    if (this.#state === ReadyState.OPEN && this.adapter?.closing) this.#state = ReadyState.CLOSING;
    return this.#state;
  }
  get separateTasks(): boolean {
    return this.#observer.separateTasks;
  }
  /** Payload bytes taken and not handed to the network; what was sent too late counts for ever. */
  get bufferedBytes(): number {
    return (this.adapter?.bufferedBytes ?? 0) + this.#discardedBytes;
  }

  /** Starts the one dial. @throws what the dialer throws, and then nothing has been started */
  dial(dialer: Dialer, request: DialRequest): void {
    this.adapter = dialer.dial(request, this);
  }

  /** Sends, or discards once closing has begun. Not to be called while connecting. */
  send(payload: Payload): void {
    if (this.state === ReadyState.OPEN) this.adapter?.send(payload);
    else this.#discardedBytes += payloadBytes(payload);
  }

  /**
   * Starts to close, behind everything sent; does nothing once closing has begun.
   * @throws {DOMException} what the adapter says of the arguments, in every state
   */
  startClosing(code: number, reason: string): void {
    const { state } = this;
    this.adapter?.close(code, reason);
    if (state > ReadyState.OPEN) return;
    if (state === ReadyState.CONNECTING) {
      const message = "WebSocket: closed before it was open";
      this.#failure = new SocketError("CANCELED", message, { code: "ERR_CLOSED_BEFORE_OPEN" });
    }
    this.#state = ReadyState.CLOSING;
    if (!this.adapter) setTimeout(() => this.close(ABNORMAL_END));
  }

  open(): void {
    if (this.#state !== ReadyState.CONNECTING) return;
    this.#state = ReadyState.OPEN;
    this.#observer.open();
  }

  message(data: string | Uint8Array): void {
    if (this.#state === ReadyState.OPEN) this.#observer.message(data);
  }

  // Nothing above asks for these two yet.
  pong(): void {}
  drain(): void {}

  error(error: SocketError): void {
    this.#failure ??= error;
    this.#state = ReadyState.CLOSING;
  }

  close(info: CloseInfo): void {
    this.#state = ReadyState.CLOSED;
    this.end = info;
    if (this.#failure) this.#observer.error(this.#failure);
    this.#observer.close(info);
  }
}

/** The end of a socket that was closed without having been opened. */
const ABNORMAL_END: CloseInfo = {
  code: CloseCode.ABNORMAL_CLOSURE,
  reason: "",
  wasClean: false,
};
