/** Client: the class of undici, which is also Node's own. */

import { WebSocket } from "undici";
import { closed, opened } from "./opened.mjs";

export { buffered, send } from "./sending.mjs";

/** Resolves with an open socket; its one listener passes on text as a string, bytes as a view. */
export function open(url, onMessage) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) =>
    onMessage(typeof data === "string" ? data : new Uint8Array(data)),
  );
  return opened(socket);
}

export const close = closed;
