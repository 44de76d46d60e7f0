/** Sockets: small waits on a WebSocket, for tests. */

import type { CloseInfo, WebSocket } from "../../src/index.ts";

/** Resolves once the socket is open; rejects when it closes first. */
export function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.readyState === 1) resolve();
    socket.addListener("open", () => resolve());
    socket.addListener("close", (_event, info) =>
      reject(new Error(`closed: ${JSON.stringify(info)}`)),
    );
  });
}

/** Resolves with how the socket closed. */
export function closed(socket: WebSocket): Promise<CloseInfo> {
  return socket.read();
}

/** Resolves with the next event of the W3C face. */
export function nextEvent<E extends "open" | "message" | "close" | "error">(
  socket: WebSocket,
  type: E,
): Promise<import("../../src/index.ts").WebSocketEventMap[E]> {
  return new Promise((resolve) => {
    socket.addEventListener(type, resolve, { once: true });
  });
}

/** Resolves with the next text or bytes (copied) of a message. */
export function nextMessage(socket: WebSocket): Promise<string | Uint8Array> {
  return new Promise((resolve) => {
    const take = (_event: "message", data: string | { copy(): { bytes: Uint8Array } }): void => {
      socket.removeListener("message", take);
      resolve(typeof data === "string" ? data : data.copy().bytes);
    };
    socket.addListener("message", take);
  });
}

/** What `act` throws; fails where it does not throw. */
export function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** What `promise` rejects with; fails where it resolves. */
export async function rejected(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was rejected");
}
