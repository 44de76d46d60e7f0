/** Client: the class of reconnecting-websocket, over `ws`. */

import ReconnectingWebSocket from "reconnecting-websocket";
import { closed } from "./opened.mjs";
import { openOver } from "./over-ws.mjs";

export { buffered, send } from "./sending.mjs";

/** Resolves with an open socket; its one listener passes on text as a string, bytes as a view. */
export function open(url, onMessage, options) {
  return openOver(ReconnectingWebSocket, url, onMessage, options);
}

export const close = closed;
