/** Work: what an open connection that does nothing keeps on the JavaScript heap. */

import { setTimeout as wait } from "node:timers/promises";
import { closeAll, openMany } from "./connections.mjs";

const WARM_UP_CONNECTIONS = 100;
const CONNECTIONS = 1_000;
const COLLECTIONS = 5;
const SETTLE_MS = 20;

export const heap = {
  kind: "heap",
  unit: "B/conn",
  higherIsBetter: false,
  variants: [{ name: "heap", title: "heap per idle connection, 1,000 open" }],

  /** @returns the heap bytes that each of the connections added to those of a warm-up batch */
  async run({ peer, url }) {
    const target = `${url}/echo`;
    const ignore = () => {};
    const warm = await openMany(peer, target, WARM_UP_CONNECTIONS, ignore);
    const before = await collectedHeap();
    const idle = await openMany(peer, target, CONNECTIONS, ignore);
    const after = await collectedHeap();
    await closeAll(peer, [...warm, ...idle]);
    return { value: (after - before) / CONNECTIONS };
  },
};

/** The heap in use after several collections, with turns in between for what is released late. */
export async function collectedHeap() {
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    await wait(SETTLE_MS);
    globalThis.gc();
  }
  return process.memoryUsage().heapUsed;
}
