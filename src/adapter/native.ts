/** Native: a W3C socket as an Adapter, whose ever it is: the browser's, Deno's, Bun's, a worker's.
 *  Such a socket tells little: not why it failed, not when its output left, no ping, no pause. */

import { CloseCode, ReadyState } from "../constants.ts";
import { SocketError } from "../errors.ts";
import type {
  Adapter,
  AdapterSink,
  Dialer,
  DialRequest,
  Payload,
  WebSocketOptions,
} from "./adapter.ts";

/** The W3C class, as far as it is used. */
export type NativeClass = new (url: string, protocols?: string) => globalThis.WebSocket;

class NativeAdapter implements Adapter {
  readonly #socket: globalThis.WebSocket;
  /** Whether the end needs no explanation: one was given, or it was asked for. */
  #explained = false;

  constructor(socket: globalThis.WebSocket, sink: AdapterSink) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => sink.open();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      sink.message(typeof data === "string" ? data : new Uint8Array(data));
    socket.onerror = (event) => {
      if (!this.#explained) sink.error(describeFailure(event, socket.url));
      this.#explained = true;
    };
    socket.onclose = (event) => {
      const { code, reason, wasClean } = event;
      // Browsers fire no error when the peer ends the connection without a close frame.
      if (code === CloseCode.ABNORMAL_CLOSURE) socket.onerror?.(event);
      sink.close({ code, reason, wasClean });
    };
  }

  get url(): string {
    return this.#socket.url;
  }
  get protocol(): string {
    return this.#socket.protocol;
  }
  get extensions(): string {
    return this.#socket.extensions;
  }
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }
  get closing(): boolean {
    return this.#socket.readyState > ReadyState.OPEN;
  }

  send(data: Payload): void {
    // The class takes the bytes before it returns, and keeps a Blob's place itself.
    this.#socket.send(data as string | BufferSource | Blob);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    this.#explained = true;
  }
}

/** The connection failed, or was lost: `event` is all that the platform tells. */
export function describeFailure(event: object, url: string): SocketError {
  // Without user info and query, which may hold secrets.
  const { origin, pathname } = new URL(url);
  // Node's own class tells more than the standard asks for.
  const why = "message" in event ? event.message : "the platform does not tell why";
  const message = `WebSocket ${origin}${pathname}: connection failed: ${why}`;
  const code = "ERR_CONNECTION_FAILED";
  return new SocketError("INTERNAL", message, { code, retryable: true, cause: event });
}

/** What a platform can't do. */
export function unsupported(what: string): SocketError {
  const message = `WebSocket: this platform has no ${what}`;
  return new SocketError("INVALID", message, { code: "ERR_UNSUPPORTED" });
}

/** A dialer over a W3C class; `undefined` where the platform has none. */
export function createNativeDialer(Native: NativeClass | undefined): Dialer {
  return {
    supported: !!Native,

    checkOptions(options: WebSocketOptions): void {
      for (const [option, value] of Object.entries(options)) {
        if (value !== undefined) throw unsupported(`option "${option}"`);
      }
    },

    dial({ url, protocols }: DialRequest, sink: AdapterSink): Adapter {
      if (!Native) throw unsupported("WebSocket");
      // The class checks both itself, and makes of them what the standard says.
      return new NativeAdapter(new Native(url as string, (protocols ?? []) as string), sink);
    },
  };
}
