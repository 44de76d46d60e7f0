/** Link: a WebSocket and, beside it, what its class does not show: raw messages, pongs, backpressure.
 *  What pulls messages stands on links; it knows nothing of adapters. */

import { linkDialer } from "#default-dialer";
import type {
  Adapter,
  AdapterSink,
  CloseInfo,
  Dialer,
  DialRequest,
  WebSocketOptions,
} from "./adapter/adapter.ts";
import type { SocketError } from "./errors.ts";
import { makeWebSocket, type WebSocket } from "./websocket.ts";

export type { CloseInfo, Dialer, DialRequest, WebSocketOptions };
export { linkDialer };

/** Who is told what an adapter reports, in its order; of messages before the socket's listeners are. */
export interface LinkObserver extends Pick<AdapterSink, "open" | "message" | "pong" | "drain"> {
  ping(): void;
  /** The connection has ended; `error` says why, where that was neither asked for nor a clean close. */
  end(info: CloseInfo, error: SocketError | null): void;
}

/** Tells `observer` what is reported to `sink`. */
class Tap implements AdapterSink {
  /** Given before anything is reported: nothing is from within a dial. */
  sink: AdapterSink | null = null;
  readonly #observer: LinkObserver;
  #error: SocketError | null = null;

  constructor(observer: LinkObserver) {
    this.#observer = observer;
  }

  get separateTasks(): boolean {
    return !!this.sink?.separateTasks;
  }
  open(): void {
    this.sink?.open();
    this.#observer.open();
  }
  message(data: string | Uint8Array): void {
    this.#observer.message(data);
    this.sink?.message(data);
  }
  ping(): void {
    this.#observer.ping();
  }
  pong(payload: Uint8Array): void {
    this.#observer.pong(payload);
  }
  drain(): void {
    this.#observer.drain();
  }
  error(error: SocketError): void {
    this.#error = error;
    this.sink?.error(error);
  }
  close(info: CloseInfo): void {
    this.sink?.close(info);
    this.#observer.end(info, this.#error);
  }
}

/** A socket, and the adapter beneath it. */
export interface Link {
  readonly socket: WebSocket;
  readonly adapter: Adapter;
}

/**
 * Dials, its options having been checked before.
 * @throws what the dialer throws
 */
export function openLink(request: DialRequest, observer: LinkObserver, dialer: Dialer): Link {
  const tap = new Tap(observer);
  const adapter = dialer.dial(request, tap);
  const over: Dialer = {
    supported: true,
    checkOptions() {},
    dial(_request, sink) {
      tap.sink = sink;
      return adapter;
    },
  };
  return { socket: makeWebSocket(over).open(adapter.url), adapter };
}
