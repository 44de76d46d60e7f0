/** Lifecycle: the state machine of a socket, from the dial to the one close.
 *  It owns `readyState`, the adapter and the first failure; who listens is none of its business. */

import { afterMicrotasks } from "#events";
import {
  ABNORMAL_END,
  type Adapter,
  type AdapterSink,
  type CloseInfo,
  type Dialer,
  type DialRequest,
} from "./adapter/adapter.ts";
import { ReadyState } from "./constants.ts";
import { SocketError } from "./errors.ts";

/** Who is told what happened, in the order of `AdapterSink`; `error` and `close` come in one task. */
export type LifecycleObserver = Pick<AdapterSink, "open" | "message" | "error" | "close">;

/** One socket's life. */
export class Lifecycle implements AdapterSink {
  /** Set by who listens for W3C messages. */
  separateTasks = false;
  /** The socket beneath; null where nothing has been dialled. */
  adapter: Adapter | null = null;
  /** How it ended; null until then. */
  end: CloseInfo | null = null;
  readonly #observer: LifecycleObserver;
  #state: ReadyState = ReadyState.CONNECTING;
  #failure: SocketError | null = null;

  constructor(observer: LifecycleObserver) {
    this.#observer = observer;
  }

  get state(): ReadyState {
    // That the peer has started to close is seen by asking.
    const { adapter } = this;
    if (this.#state === ReadyState.OPEN && adapter && adapter.readyState > ReadyState.OPEN) {
      this.#state = ReadyState.CLOSING;
    }
    return this.#state;
  }

  /** Starts the one dial. @throws what the dialer throws, and then nothing has been started */
  dial(dialer: Dialer, request: DialRequest): void {
    this.adapter = dialer.dial(request, this);
    if (this.adapter.readyState === ReadyState.OPEN) this.#state = ReadyState.OPEN;
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
    if (this.#state > ReadyState.OPEN) return;
    this.#state = ReadyState.OPEN;
    this.#observer.open();
  }

  message(data: string | Uint8Array): void {
    if (this.#state === ReadyState.OPEN) this.#observer.message(data);
  }

  error(error: SocketError): void {
    this.#failure ??= error;
    this.#state = ReadyState.CLOSING;
  }

  close(info: CloseInfo): void {
    this.#state = ReadyState.CLOSED;
    this.end = info;
    if (this.#failure) this.#observer.error(this.#failure);
    // What waits for the error gets its turn before the close, still in the same task.
    afterMicrotasks(() => this.#observer.close(info));
  }
}
