/** Peer: bare `ws`, its own EventEmitter, nothing in between. */

import { WebSocket } from "ws";
import { MAX_PAYLOAD_BYTES } from "../limits.mjs";

const OPTIONS = { perMessageDeflate: false, maxPayload: MAX_PAYLOAD_BYTES };

/** Resolves with an open socket; its one listener passes on text as a string, bytes as a view. */
export function open(url, onMessage) {
  const socket = new WebSocket(url, OPTIONS);
  // `ws` hands over text as bytes; who wants text decodes it, as every program over `ws` does.
  socket.on("message", (data, isBinary) => onMessage(isBinary ? data : data.toString()));
  return opened(socket);
}

export function send(socket, data) {
  socket.send(data);
}

/** Resolves once the socket has closed. */
export function close(socket) {
  return new Promise((resolve) => {
    socket.on("close", resolve);
    socket.close(1000);
  });
}

function opened(socket) {
  return new Promise((resolve, reject) => {
    const onOpen = () => {
      socket.removeListener("open", onOpen);
      socket.removeListener("error", reject);
      resolve(socket);
    };
    socket.on("open", onOpen);
    socket.on("error", reject);
  });
}
