/** Client: socket.io-client, of the WebSocket transport alone. Its protocol is its own, and so is
 *  its server. */

import { io } from "socket.io-client";

const OPTIONS = { transports: ["websocket"], forceNew: true, reconnection: false };

/** Resolves with an open socket; its one listener passes on text as a string, bytes as a view. */
export function open(url, onMessage) {
  const socket = io(url.replace("ws:", "http:"), OPTIONS);
  socket.on("m", onMessage);
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("connect_error", reject);
  });
}

export function send(socket, data) {
  socket.emit("m", data);
}

/** What has not left: it counts packets, which are all alike here. */
export function buffered(socket) {
  const { engine } = socket.io;
  return engine.writeBuffer.length === 0 ? 0 : engine.writeBuffer.length * sizeOf(engine);
}

function sizeOf({ writeBuffer }) {
  const { data } = writeBuffer[0];
  return data.length ?? data.byteLength;
}

/** Resolves once the socket has closed. */
export function close(socket) {
  return new Promise((resolve) => {
    socket.io.engine.once("close", resolve);
    socket.disconnect();
  });
}
