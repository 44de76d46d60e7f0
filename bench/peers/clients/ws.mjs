/** Client: bare `ws`, its own EventEmitter, nothing in between. */

import { WebSocket } from "ws";
import { opened } from "./opened.mjs";
import { wsOptions } from "./ws-options.mjs";

export { buffered, send } from "./sending.mjs";

/** Resolves with an open socket; its one listener passes on text as a string, bytes as a view. */
export function open(url, onMessage, { deflate } = {}) {
  const socket = new WebSocket(url, wsOptions(deflate));
  // `ws` hands over text as bytes; who wants text decodes it, as every program over `ws` does.
  socket.on("message", (data, isBinary) => onMessage(isBinary ? data : data.toString()));
  return opened(socket);
}

/** Resolves once the socket has closed. */
export function close(socket) {
  return new Promise((resolve) => {
    socket.on("close", resolve);
    socket.close(1000);
  });
}
