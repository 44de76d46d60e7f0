/** Clients that are a class over `ws`, with the W3C's face, and dial again when they lose it. */

import { WebSocket } from "ws";
import { DEFLATE_MODES } from "../deflate.mjs";
import { opened } from "./opened.mjs";
import { wsOptions } from "./ws-options.mjs";

/** The class of `ws` with options of ours, since those over it pass on none. */
function classWith(deflate) {
  const options = wsOptions(deflate);
  return class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, options);
    }
  };
}

const MODES = Object.keys(DEFLATE_MODES).map((mode) => [mode, classWith(mode)]);
const CLASSES = { plain: classWith(), ...Object.fromEntries(MODES) };

/** Resolves with an open socket of `Class`; text is passed on as a string, bytes as a view. */
export function openOver(Class, url, onMessage, { deflate = "plain" } = {}) {
  const socket = new Class(url, [], { WebSocket: CLASSES[deflate] });
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) =>
    onMessage(typeof data === "string" ? data : new Uint8Array(data)),
  );
  return opened(socket);
}
