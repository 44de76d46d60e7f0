/** Server: this library's, with a handler for each connection. */

import { startWith } from "./onesocket-start.mjs";

/** Resolves with a server; its handlers wait for messages, and do nothing else. */
export function start(kind) {
  return startWith(kind, (sockets) => {
    sockets.route("/", async (connection) => {
      for await (const _message of connection);
    });
  });
}
