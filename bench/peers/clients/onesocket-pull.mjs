/** Client: this library's connection, its messages taken by `for await`. */

import { openReading } from "./onesocket-connection.mjs";

export { close, send } from "./onesocket-connection.mjs";

/** Resolves with an open connection; a loop passes on each message. */
export function open(url, onMessage) {
  return openReading(url, async (connection) => {
    for await (const data of connection) onMessage(data);
  });
}
