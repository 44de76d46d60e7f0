/** Native: any W3C socket as an Adapter; the browser's, Deno's, Bun's, a worker's.
 *  Such a socket tells little: not why it failed, not when its output left, no ping, no pause. */

import { viewBytes } from "../base/bytes.ts";
import { redact } from "../base/url.ts";
import { CloseCode } from "../constants.ts";
import { SocketError } from "../errors.ts";
import type { Adapter, AdapterSink, Dialer, DialOptions, DialRequest } from "./adapter.ts";

/** The W3C class, as far as it is used. */
export type NativeClass = new (url: string, protocols: string[]) => globalThis.WebSocket;

class NativeAdapter implements Adapter {
  readonly remoteAddress = "";
  readonly #socket: globalThis.WebSocket;
  /** Whether the end needs no explanation: one was given, or it was asked for. */
  #explained = false;

  constructor(socket: globalThis.WebSocket, url: string, sink: AdapterSink) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    let opened = false;
    socket.onopen = () => {
      opened = true;
      sink.open();
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      sink.message(typeof data === "string" ? data : viewBytes(data));
    };
    const explain = (event: Event): void => {
      if (!this.#explained) sink.error(describeFailure(event, url, opened));
      this.#explained = true;
    };
    socket.onerror = explain;
    socket.onclose = (event) => {
      const { code, reason, wasClean } = event;
      // Browsers fire no error when the peer ends the connection without a close frame.
      if (code === CloseCode.ABNORMAL_CLOSURE) explain(event);
      sink.close({ code, reason, wasClean });
    };
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
    return this.#socket.readyState > 1;
  }

  send(data: string | Uint8Array): void {
    // The class takes the bytes before it returns (WHATWG WebSockets, section 3.1, `send`).
    this.#socket.send(typeof data === "string" ? data : viewBytes(data));
  }

  close(code: number, reason: string): void {
    this.#explained = true;
    this.#socket.close(code, reason);
  }
}

function describeFailure(event: Event, url: string, opened: boolean): SocketError {
  const told = "message" in event && event.message ? `${event.message}` : "";
  const what = opened ? "connection lost" : "connection failed";
  const reason = told || "this platform does not say why to scripts, its console may";
  return new SocketError("INTERNAL", `WebSocket ${redact(url)}: ${what}: ${reason}`, {
    code: opened ? "ERR_CONNECTION_LOST" : "ERR_CONNECTION_FAILED",
    retryable: true,
    cause: "error" in event ? event.error : event,
  });
}

/** A dialer over a W3C class; `undefined` where the platform has none. */
export function createNativeDialer(Native: NativeClass | undefined): Dialer {
  return {
    supported: Native !== undefined,

    checkOptions(options: DialOptions): void {
      const [option] = Object.keys(options);
      if (option === undefined) return;
      const message = `WebSocket: option "${option}" can't be honoured by this platform's sockets`;
      throw new SocketError("INVALID", message, { code: "ERR_UNSUPPORTED", details: { option } });
    },

    dial({ url, protocols }: DialRequest, sink: AdapterSink): Adapter {
      if (Native === undefined) {
        const message = "WebSocket: this platform has no WebSocket";
        throw new SocketError("UNAVAILABLE", message, { code: "ERR_UNSUPPORTED" });
      }
      return new NativeAdapter(new Native(url, [...protocols]), url, sink);
    },
  };
}
