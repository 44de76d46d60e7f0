/** Server: this library's, its sockets with events. */

import { startWith } from "./onesocket-start.mjs";

/**
 * Resolves with a server; its sockets have one listener for messages.
 *
 * @param kind "idle", "echo", or "compressing"
 */
export function start(kind) {
  return startWith(kind, (sockets) => {
    sockets.onUpgrade = (socket) => {
      if (kind === "echo") socket.addListener("message", (_event, data) => socket.send(data));
      else socket.addListener("message", () => {});
    };
  });
}
