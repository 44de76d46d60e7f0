/** `npm run bench:slow`: a flood as of ten minutes, taken by a consumer that is slower than it.
 *  It prints what the heap and the process hold after each tenth: they must not grow. */

import { setImmediate as turn } from "node:timers/promises";
import { connect } from "onesocket";
import { Child } from "./child.mjs";

/** Ten minutes of 10,000 messages a second. */
const MESSAGES = 6_000_000;
const BYTES = 32;
const TENTH = MESSAGES / 10;
/** After so many messages the consumer lets a turn pass, in which more come than it takes. */
const BREATH = 100;

const MIB = 2 ** 20;
const server = new Child("server", "./server.mjs");

try {
  const connection = await connect(`${await server.ready}/flood`);
  const rows = [];
  let count = 0;
  let mostUnread = 0;
  await connection.send(JSON.stringify({ count: MESSAGES, bytes: BYTES, binary: false }));
  for await (const _message of connection) {
    count += 1;
    mostUnread = Math.max(mostUnread, connection.channel().length);
    if (count % BREATH === 0) await turn();
    if (count % TENTH === 0) rows.push(measure(count));
    if (count === MESSAGES) break;
  }
  await connection.close();
  console.table(rows);
  console.log(`most messages unread at a time: ${mostUnread}`);
} finally {
  server.stop();
}

function measure(messages) {
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  return { messages, heapMiB: (heapUsed / MIB).toFixed(2), rssMiB: (rss / MIB).toFixed(1) };
}
