/** Client: this library as built, on its fast face, `addListener`. */

import { MAX_PAYLOAD_BYTES } from "../../limits.mjs";
import { importBuilt } from "../dist.mjs";

const { Compression, WebSocket } = await importBuilt("index.js");

const COMPRESSIONS = {
  takeover: Compression.CONTEXT_TAKEOVER,
  alone: Compression.NO_CONTEXT,
};

/** Resolves with an open socket; its one listener passes on text as a string, bytes as a view. */
export function open(url, onMessage, { deflate } = {}) {
  const compression = deflate === undefined ? Compression.DISABLED : COMPRESSIONS[deflate];
  const socket = new WebSocket(url, [], { readLimit: MAX_PAYLOAD_BYTES, compression });
  socket.addListener("message", (_event, data) =>
    onMessage(typeof data === "string" ? data : data.bytes),
  );
  return opened(socket);
}

export function send(socket, data) {
  socket.send(data);
}

export function buffered(socket) {
  return socket.bufferedAmount;
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
