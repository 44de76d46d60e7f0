/** Client: the class of reconnecting-websocket, over `ws`. */

import ReconnectingWebSocket from "reconnecting-websocket";
import { closed } from "./opened.mjs";
import { openOver } from "./over-ws.mjs";

/** Resolves with an open socket; its one listener passes on text as a string, bytes as a view. */
export function open(url, onMessage, options) {
  return openOver(ReconnectingWebSocket, url, onMessage, options);
}

export function send(socket, data) {
  socket.send(data);
}

export function buffered(socket) {
  return socket.bufferedAmount;
}

export const close = closed;
