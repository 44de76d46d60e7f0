/** Server: this library's, its sockets with events. */

import { startWith } from "./onesocket-start.mjs";

/** Resolves with a server; its sockets have one listener for messages, and do nothing else. */
export function start() {
  return startWith((sockets) => {
    sockets.onUpgrade = (socket) => socket.addListener("message", () => {});
  });
}
