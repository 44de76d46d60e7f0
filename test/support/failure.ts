/** Failure: dials what will not work out, and counts what is reported on both faces. */

import { expect } from "vitest";
import { type CloseInfo, SocketError, WebSocket, type WebSocketOptions } from "../../src/index.ts";

/** How a socket failed. */
export interface Failure {
  readonly error: SocketError;
  readonly info: CloseInfo;
  readonly socket: WebSocket;
}

/** Dials, and holds what follows to exactly one error, then exactly one close, on both faces. */
export async function failureOf(
  url: string,
  options: WebSocketOptions = {},
  protocols: string[] = [],
  use: (socket: WebSocket) => void = () => {},
): Promise<Failure> {
  const socket = new WebSocket(url, protocols, options);
  use(socket);
  const seen: string[] = [];
  let error: unknown = null;
  socket.addListener("error", () => seen.push("error"));
  socket.addListener("close", () => seen.push("close"));
  socket.onerror = (event) => {
    error = event.error;
    expect(event.message).toBe(event.error.message);
    seen.push("onerror");
  };
  socket.onclose = () => seen.push("onclose");
  const info = await socket.read();
  // What would come too late comes within the next turns of the loop, if at all.
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(["error", "onerror", "close", "onclose"]);
  expect(socket.readyState).toBe(WebSocket.CLOSED);
  if (!(error instanceof SocketError)) throw new Error("the error is no SocketError");
  return { error, info, socket };
}
