/** Bounded: gives sockets that can't be dropped a bounded life: `dialTimeout`, `signal` and `terminate`.
 *  One that is given up is heard of no more, while the platform closes it in its own time. */

import { parseDuration, WANTED_DURATION } from "../base/duration.ts";
import { whenAborted } from "../base/signal.ts";
import { startTimer, type Timer } from "../base/timer.ts";
import { CLOSE_TIMEOUT_MS, CloseCode, DEFAULT_DIAL_TIMEOUT_MS, ReadyState } from "../constants.ts";
import { invalidOption, type SocketError } from "../errors.ts";
import {
  ABNORMAL_END,
  type Adapter,
  type AdapterSink,
  type Dialer,
  type DialRequest,
  type WebSocketOptions,
} from "./adapter.ts";
import { describeAbort, describeTimeout } from "./ends.ts";
import { unsupported } from "./native.ts";

interface BoundedOptions extends WebSocketOptions {
  readonly transport?: "socket" | "stream" | undefined;
}

/** Dials by `dial`, and gives the adapter what it lacks. */
function dialBounded(dial: Dialer["dial"], request: DialRequest, sink: AdapterSink): Adapter {
  const { dialTimeout = DEFAULT_DIAL_TIMEOUT_MS, signal } = request.options;
  const timeoutMs = parseDuration(dialTimeout);
  /** Who hears of it; nobody once it is over. */
  let listener: AdapterSink | null = sink;
  /** Bounds the opening handshake, then the closing one. */
  let timer: Timer;
  let forgetSignal: (() => void) | undefined;

  const end = (): AdapterSink | null => {
    const last = listener;
    listener = null;
    clearTimeout(timer);
    forgetSignal?.();
    return last;
  };
  const adapter = dial(request, {
    open() {
      clearTimeout(timer);
      listener?.open();
    },
    message: (data) => listener?.message(data),
    pong: (payload) => listener?.pong?.(payload),
    drain: () => listener?.drain?.(),
    error: (error) => listener?.error(error),
    close: (info) => end()?.close(info),
  });
  const { url } = adapter;
  const close = adapter.close.bind(adapter);
  const isClosing = (): boolean => adapter.readyState > ReadyState.OPEN;
  const giveUp = (error?: SocketError): void => {
    // An end that was asked for, or that the peer has begun, needs no explanation.
    const cause = isClosing() ? undefined : error;
    const last = end();
    close(CloseCode.NORMAL, "");
    queueMicrotask(() => {
      if (cause) last?.error(cause);
      last?.close(ABNORMAL_END);
    });
  };

  timer = startTimer(timeoutMs, () => giveUp(describeTimeout(url, timeoutMs)), null);
  forgetSignal = signal && whenAborted(signal, () => giveUp(describeAbort(url, signal.reason)));
  return Object.assign(adapter, {
    terminate: giveUp,
    close(code: number, reason: string) {
      const wasClosing = isClosing();
      close(code, reason);
      if (wasClosing) return;
      clearTimeout(timer);
      timer = startTimer(CLOSE_TIMEOUT_MS, giveUp, undefined);
    },
  });
}

/**
 * A dialer over that of the platform's socket, and over `dialStream` for `transport: "stream"`. Beside that it
 * takes the options `dialTimeout` and `signal`; the others are for `inner`.
 *
 * Its `dial` throws when `signal` is aborted already, or when `guard` has to know addresses.
 */
export function createBoundedDialer(inner: Dialer, dialStream: Dialer["dial"]): Dialer {
  return {
    ...inner,

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
      const { signal, transport }: BoundedOptions = request.options;
      if (request.guard?.deniesPrivateNetworks) throw unsupported("denyPrivateNetworks");
      if (signal?.aborted) throw describeAbort(`${request.url}`, signal.reason);
      return dialBounded(transport === "stream" ? dialStream : inner.dial, request, sink);
    },
  };
}
