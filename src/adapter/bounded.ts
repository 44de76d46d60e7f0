/** Bounded: gives sockets that can't be dropped a bounded life: `dialTimeout`, `signal` and `terminate`.
 *  One that is given up is heard of no more, while the platform closes it in its own time. */

import { parseDuration, WANTED_DURATION } from "../base/duration.ts";
import { startTimer, type Timer } from "../base/timer.ts";
import { CLOSE_TIMEOUT_MS, CloseCode, DEFAULT_DIAL_TIMEOUT_MS, ReadyState } from "../constants.ts";
import { invalidOption, type SocketError } from "../errors.ts";
import {
  ABNORMAL_END,
  type Adapter,
  type AdapterSink,
  type CloseInfo,
  type Dialer,
  type DialRequest,
  type WebSocketOptions,
} from "./adapter.ts";
import { describeAbort, describeTimeout } from "./ends.ts";
import { unsupported } from "./native.ts";

interface BoundedOptions extends WebSocketOptions {
  readonly transport?: "socket" | "stream" | undefined;
}

/** Passes on what a socket reports, until it has ended or is given up. */
class Life implements AdapterSink {
  /** Null once it is over. */
  #sink: AdapterSink | null;
  /** Bounds the opening handshake, then the closing one. */
  #timer: Timer;
  readonly #over = new AbortController();

  constructor(sink: AdapterSink) {
    this.#sink = sink;
  }

  get separateTasks(): boolean {
    return !!this.#sink?.separateTasks;
  }
  open(): void {
    clearTimeout(this.#timer);
    this.#sink?.open();
  }
  message(data: string | Uint8Array): void {
    this.#sink?.message(data);
  }
  pong(payload: Uint8Array): void {
    this.#sink?.pong(payload);
  }
  drain(): void {
    this.#sink?.drain();
  }
  error(error: SocketError): void {
    this.#sink?.error(error);
  }
  close(info: CloseInfo): void {
    this.#end()?.close(info);
  }

  /** Bounds the life of `adapter`, whose reports come here; it is given what it lacks. */
  bound(adapter: Adapter, timeoutMs: number, signal: AbortSignal | undefined): Adapter {
    const { url } = adapter;
    const close = adapter.close.bind(adapter);
    const giveUp = (error?: SocketError): void => {
      // An end that was asked for, or that the peer has begun, needs no explanation.
      const cause = adapter.readyState > ReadyState.OPEN ? undefined : error;
      const sink = this.#end();
      close(CloseCode.NORMAL, "");
      queueMicrotask(() => {
        if (cause) sink?.error(cause);
        sink?.close(ABNORMAL_END);
      });
    };
    const abort = (): void => giveUp(describeAbort(url, signal?.reason));

    this.#timer = startTimer(timeoutMs, () => giveUp(describeTimeout(url, timeoutMs)), null);
    signal?.addEventListener("abort", abort, { signal: this.#over.signal });

    return Object.assign(adapter, {
      terminate: () => giveUp(),
      close: (code: number, reason: string) => {
        const { readyState } = adapter;
        close(code, reason);
        if (readyState > ReadyState.OPEN) return;
        clearTimeout(this.#timer);
        this.#timer = startTimer(CLOSE_TIMEOUT_MS, giveUp, undefined);
      },
    });
  }

  /** Nothing is passed on any more; gives the sink that is to hear of the end, the first time. */
  #end(): AdapterSink | null {
    const sink = this.#sink;
    this.#sink = null;
    clearTimeout(this.#timer);
    this.#over.abort();
    return sink;
  }
}

/**
 * A dialer over that of the platform's socket, and over `dialStream` for `transport: "stream"`. Beside that it
 * takes the options `dialTimeout` and `signal`; the others are for `inner`.
 *
 * Its `dial` throws when `signal` is aborted already, or when `guard` has to know addresses.
 */
export function createBoundedDialer(inner: Dialer, dialStream: Dialer["dial"]): Dialer {
  return {
    supported: inner.supported,

    checkOptions({ dialTimeout = 0, signal, transport = "socket", ...rest }: BoundedOptions): void {
      if (!(parseDuration(dialTimeout) >= 0)) {
        throw invalidOption("dialTimeout", dialTimeout, WANTED_DURATION);
      }
      if (!(signal === undefined || signal instanceof AbortSignal)) {
        throw invalidOption("signal", signal, "an AbortSignal");
      }
      if (transport === "stream") {
        if (!("WebSocketStream" in globalThis)) throw unsupported("WebSocketStream");
      } else if (transport !== "socket") {
        throw invalidOption("transport", transport, '"socket" or "stream"');
      }
      inner.checkOptions(rest);
    },

    dial(request: DialRequest, sink: AdapterSink): Adapter {
      const { dialTimeout, signal, transport }: BoundedOptions = request.options;
      if (request.guard?.deniesPrivateNetworks) throw unsupported("way to deny private networks");
      if (signal?.aborted) throw describeAbort(`${request.url}`, signal.reason);
      const life = new Life(sink);
      const adapter = (transport === "stream" ? dialStream : inner.dial)(request, life);
      return life.bound(adapter, parseDuration(dialTimeout ?? DEFAULT_DIAL_TIMEOUT_MS), signal);
    },
  };
}
