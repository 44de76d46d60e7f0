/** Peer: this library as built into dist/, on its fast face, `addListener`. */

import { WebSocket } from "onesocket";
import { MAX_PAYLOAD_BYTES } from "../limits.mjs";

// Compression is off by default, and so is Nagle's algorithm.
const OPTIONS = { readLimit: MAX_PAYLOAD_BYTES };

/** Resolves with an open socket; its one listener passes on text as a string, bytes as a view. */
export function open(url, onMessage) {
  const socket = new WebSocket(url, [], OPTIONS);
  socket.addListener("message", (_event, data) =>
    onMessage(typeof data === "string" ? data : data.bytes),
  );
  return opened(socket);
}

export function send(socket, data) {
  socket.send(data);
}

/** Resolves once the socket has closed. */
export function close(socket) {
  return new Promise((resolve) => {
    socket.addListener("close", resolve);
    socket.close(1000);
  });
}

function opened(socket) {
  return new Promise((resolve, reject) => {
    const onOpen = () => {
      socket.removeListener("open", onOpen);
      socket.removeListener("error", onError);
      resolve(socket);
    };
    const onError = () => reject(new Error("onesocket: the connection failed"));
    socket.addListener("open", onOpen);
    socket.addListener("error", onError);
  });
}
