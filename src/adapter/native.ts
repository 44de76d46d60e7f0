/** Native: a W3C socket as an Adapter, whose ever it is: the browser's, Deno's, Bun's, a worker's.
 *  Such a socket tells little: not why it failed, not when its output left, no ping, no pause. */

import { CloseCode } from "../constants.ts";
import { SocketError } from "../errors.ts";
import type { Adapter, AdapterSink, Dialer, DialRequest, WebSocketOptions } from "./adapter.ts";

/** The W3C class, as far as it is used. */
export type NativeClass = new (url: string, protocols?: string) => globalThis.WebSocket;

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
      return adapt(new Native(url as string, (protocols ?? []) as string), sink);
    },
  };
}

/** Gives the socket's events to `sink`. All else is named in the port as the standard has it. */
function adapt(socket: globalThis.WebSocket, sink: AdapterSink): Adapter {
  const close = socket.close.bind(socket);
  /** Whether the end needs no explanation: one was given, or it was asked for. */
  let isExplained = false;
  const explain = (event: Event): void => {
    if (!isExplained) sink.error(describeFailure(event, socket.url));
    isExplained = true;
  };
  const own = {
    binaryType: "arraybuffer",
    onopen: () => sink.open(),
    onmessage: ({ data }: MessageEvent<string | ArrayBuffer>) =>
      sink.message(typeof data === "string" ? data : new Uint8Array(data)),
    onerror: explain,
    onclose(event: CloseEvent) {
      const { code, reason, wasClean } = event;
      // Browsers fire no error when the peer ends the connection without a close frame.
      if (code === CloseCode.ABNORMAL_CLOSURE) explain(event);
      sink.close({ code, reason, wasClean });
    },
    close(code: number, reason: string) {
      close(code, reason);
      isExplained = true;
    },
  };
  return Object.assign(socket, own) as globalThis.WebSocket & Adapter;
}
