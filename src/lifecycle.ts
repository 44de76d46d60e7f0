/** Lifecycle: the state machine of a socket, from the dial to the one close.
 *  It owns `readyState`, the adapter and the first failure; who listens is none of its business. */

import type { Adapter, AdapterSink, CloseInfo, Dialer, DialRequest } from "./adapter/adapter.ts";
import { createDeferred, type Deferred } from "./base/deferred.ts";
import { Outbox, payloadBytes } from "./base/outbox.ts";
import { startTimer } from "./base/timer.ts";
import { redact } from "./base/url.ts";
import { CloseCode, ReadyState } from "./constants.ts";
import { type ErrorKind, SocketError } from "./errors.ts";

/** Who is told what happened, in the order of `AdapterSink`; `error` and `close` come in one task. */
export interface LifecycleObserver {
  open(): void;
  message(data: string | Uint8Array): void;
  error(error: SocketError): void;
  close(info: CloseInfo): void;
}

/** What bounds a dial. */
export interface DialBounds {
  /** Longest handshake, in ms; `Infinity` for no bound. */
  readonly dialTimeoutMs: number;
  /** Ends the dial, and later the connection, at once. */
  readonly signal: AbortSignal | undefined;
  /** Whether each message is wanted in a task of its own from the start. */
  readonly separateTasks: boolean;
}

/** One socket's life. */
export class Lifecycle implements AdapterSink {
  readonly #observer: LifecycleObserver;
  #state: ReadyState = ReadyState.CONNECTING;
  #url = "";
  #adapter: Adapter | null = null;
  #outbox: Outbox | null = null;
  #discardedBytes = 0;
  #stopTimer: (() => void) | null = null;
  #forgetSignal: (() => void) | null = null;
  #failure: SocketError | null = null;
  #end: CloseInfo | null = null;
  #ended: Deferred<CloseInfo> | null = null;

  constructor(observer: LifecycleObserver) {
    this.#observer = observer;
  }

  get state(): ReadyState {
    // That the peer has started to close is seen by asking.
    if (this.#state === ReadyState.OPEN && this.#adapter?.closing) this.#state = ReadyState.CLOSING;
    return this.#state;
  }
  get url(): string {
    return this.#url;
  }
  get protocol(): string {
    return this.#adapter?.protocol ?? "";
  }
  get extensions(): string {
    return this.#adapter?.extensions ?? "";
  }
  /** Payload bytes taken and not handed to the network; what was sent too late counts for ever. */
  get bufferedBytes(): number {
    return (this.#adapter?.bufferedBytes ?? 0) + (this.#outbox?.bytes ?? 0) + this.#discardedBytes;
  }

  /** Starts the one dial. @throws what the dialer throws, and then nothing has been started */
  dial(dialer: Dialer, request: DialRequest, bounds: DialBounds): void {
    const { dialTimeoutMs, signal } = bounds;
    this.#url = request.url;
    const abort = (): void =>
      this.#fail("CANCELED", "ERR_ABORTED", "aborted by its signal", signal);
    if (signal?.aborted) {
      abort();
      return;
    }
    this.#adapter = dialer.dial(request, this);
    if (bounds.separateTasks) this.separateTasks();
    this.#stopTimer = startTimer(dialTimeoutMs, () => {
      this.#fail("TIMEOUT", "ERR_DIAL_TIMEOUT", `not open after dialTimeout, ${dialTimeoutMs} ms`);
    });
    if (signal) {
      signal.addEventListener("abort", abort);
      this.#forgetSignal = () => signal.removeEventListener("abort", abort);
    }
  }

  /** From now on each message is reported in a task of its own. */
  separateTasks(): void {
    this.#adapter?.separateTasks?.();
  }

  /** Sends, or discards once closing has begun. Not to be called while connecting. */
  send(payload: string | Uint8Array | Blob): void {
    if (this.state !== ReadyState.OPEN) this.#discardedBytes += payloadBytes(payload);
    else if (this.#outbox || payload instanceof Blob) this.#hold(payload);
    else this.#adapter?.send(payload);
  }

  /** Starts to close, behind everything sent; does nothing once closing has begun. */
  startClosing(code: number, reason: string): void {
    if (this.state === ReadyState.CONNECTING) {
      this.#fail("CANCELED", "ERR_CLOSED_BEFORE_OPEN", "closed before it was open");
    } else if (this.#state === ReadyState.OPEN) {
      this.#state = ReadyState.CLOSING;
      const close = (): void => this.#adapter?.close(code, reason);
      if (this.#outbox) this.#outbox.whenEmpty = close;
      else close();
    }
  }

  /** Resolves with how it ended, once it has ended. */
  ended(): Promise<CloseInfo> {
    if (this.#end) return Promise.resolve(this.#end);
    this.#ended ??= createDeferred();
    return this.#ended.promise;
  }

  open(): void {
    if (this.#state !== ReadyState.CONNECTING) return;
    this.#stopTimer?.();
    this.#stopTimer = null;
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
    this.#stopTimer?.();
    this.#forgetSignal?.();
    this.#stopTimer = this.#forgetSignal = null;
    this.#end = info;
    if (this.#failure) this.#observer.error(this.#failure);
    this.#observer.close(info);
    this.#ended?.resolve(info);
  }

  #hold(payload: string | Uint8Array | Blob): void {
    this.#outbox ??= new Outbox({
      deliver: (data) => {
        // What the peer no longer takes stays counted, as if it were sent now.
        if (this.#state === ReadyState.CLOSED || this.#adapter?.closing) {
          this.#discardedBytes += payloadBytes(data);
        } else this.#adapter?.send(data);
      },
      empty: () => {
        this.#outbox = null;
      },
      fail: (cause) => this.#fail("INTERNAL", "ERR_BLOB_READ", "a Blob could not be read", cause),
    });
    this.#outbox.push(payload);
  }

  /** Ends it without a closing handshake; `error` and `close` are reported later, in one task. */
  #fail(kind: ErrorKind, code: string, reason: string, cause?: unknown): void {
    if (this.#state === ReadyState.CLOSED) return;
    this.error(
      new SocketError(kind, `WebSocket ${redact(this.#url)}: ${reason}`, {
        code,
        retryable: kind === "TIMEOUT",
        cause: cause instanceof AbortSignal ? cause.reason : cause,
      }),
    );
    const adapter = this.#adapter;
    if (adapter?.terminate) adapter.terminate();
    else if (adapter) adapter.close(CloseCode.NORMAL, "");
    else {
      setTimeout(() => {
        this.close({ code: CloseCode.ABNORMAL_CLOSURE, reason: "", wasClean: false });
      });
    }
  }
}
