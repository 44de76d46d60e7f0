/** Client: this library as built, on its fast face, `addListener`. */

import { MAX_PAYLOAD_BYTES } from "../../limits.mjs";
import { DEFLATE_MODES } from "../deflate.mjs";
import { importBuilt } from "../dist.mjs";

export { buffered, send } from "./sending.mjs";

const { Compression, WebSocket } = await importBuilt("index.js");

function toCompression(mode) {
  if (mode === undefined) return {};
  const { keepsWindow, level } = DEFLATE_MODES[mode];
  const compression = keepsWindow ? Compression.CONTEXT_TAKEOVER : Compression.NO_CONTEXT;
  return { compression, compressionLevel: level };
}

/** Resolves with an open socket; its one listener passes on text as a string, bytes as a view. */
export function open(url, onMessage, { deflate } = {}) {
  const options = { readLimit: MAX_PAYLOAD_BYTES, ...toCompression(deflate) };
  const socket = new WebSocket(url, [], options);
  socket.addListener("message", (_event, data) =>
    onMessage(typeof data === "string" ? data : data.bytes),
  );
  return opened(socket);
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
