/** Client: this library's connection, all messages that are unread taken at a time. */

import { openReading } from "./onesocket-connection.mjs";

export { close, send } from "./onesocket-connection.mjs";

/** Resolves with an open connection; a loop passes on each message of each batch. */
export function open(url, onMessage) {
  return openReading(url, async (connection) => {
    for await (const batch of connection.batches()) {
      for (const data of batch) onMessage(data);
    }
  });
}
