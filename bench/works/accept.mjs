/** Works: take in connections, and what one that does nothing keeps on the JavaScript heap. */

import { setTimeout as wait } from "node:timers/promises";
import { collectedHeap } from "./heap.mjs";

const HEAP_CONNECTIONS = 1_000;

/** Resolves once the server knows that all have gone. */
async function empty({ server, crowd }) {
  await crowd.ask({ act: "close" });
  while (server.count() > 0) await wait(1);
}

export const accept = {
  kind: "connect",
  side: "server",
  unit: "conn/s",
  higherIsBetter: true,
  firstCount: 500,
  maxCount: 2_000,
  variants: [{ name: "accept", title: "accepted connections, 64 at a time", leastRatio: 0.9 }],

  /** @returns the rate of `count` handshakes, by the clock and by the server's CPU time */
  async run({ server, crowd, count, measure }) {
    const result = await measure(() => crowd.ask({ act: "open", port: server.port, count }));
    await empty({ server, crowd });
    return result;
  },
};

export const acceptedHeap = {
  kind: "heap",
  side: "server",
  unit: "B/conn",
  higherIsBetter: false,
  variants: [
    { name: "heap-accepted", title: "heap per idle accepted connection" },
    {
      name: "heap-handler",
      title: "… with a handler that waits",
      peers: ["ws", "onesocket-handler"],
      // A bar of our own: what is compared has no loop that waits.
      mostRatio: 2.5,
    },
  ],

  /** @returns the heap bytes that each of the connections added */
  async run({ server, crowd }) {
    const before = await collectedHeap();
    await crowd.ask({ act: "open", port: server.port, count: HEAP_CONNECTIONS });
    const after = await collectedHeap();
    await empty({ server, crowd });
    return { value: (after - before) / HEAP_CONNECTIONS };
  },
};
