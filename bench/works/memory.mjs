/** Works: what an open connection that does nothing keeps, on the JavaScript heap and in the
 *  process. A process measures once: memory that it had before, and gave back, would hide what it
 *  takes. */

import { setTimeout as wait } from "node:timers/promises";
import { empty } from "./accept.mjs";
import { closeAll, openMany } from "./connections.mjs";

/** What a process takes but once is no connection's: code that the compiler makes of the first thousand, and V8's young generation. */
const WARM_UP_CONNECTIONS = { heapUsed: 200, rss: 2_000 };
const COLLECTIONS = 5;
const SETTLE_MS = 20;
/** Pages are 4 KiB and come in runs: the resident memory of few connections would be chance. */
const CONNECTIONS = { heapUsed: 1_000, rss: 8_000 };
/** Bars: the heap of `ws` and so many bytes; its resident memory so many times. */
const MOST_MORE_BYTES = 600;
const MOST_RESIDENT_RATIO = 1.1;

const SHARED = {
  kind: "memory",
  group: "Memory of an idle connection",
  unit: "B",
  higherIsBetter: false,
};

function heap(name, title, settings) {
  return {
    name,
    title: `heap, ${title}`,
    what: "heapUsed",
    mostMore: MOST_MORE_BYTES,
    ...settings,
  };
}

function resident(name, title, settings) {
  const shared = { what: "rss", kind: "resident", mostRatio: MOST_RESIDENT_RATIO };
  return { name, title: `resident, ${title}`, ...shared, ...settings };
}

export const dialledMemory = {
  ...SHARED,
  variants: [heap("heap", "dialled"), resident("resident", "dialled")],

  /** @returns the bytes that each of the connections added to those of a warm-up batch */
  async run({ peer, url, variant: { what } }) {
    const target = `${url}/echo`;
    const ignore = () => {};
    const warm = await openMany(peer, target, WARM_UP_CONNECTIONS[what], ignore);
    const before = await memoryOf(what);
    const idle = await openMany(peer, target, CONNECTIONS[what], ignore);
    const after = await memoryOf(what);
    await closeAll(peer, [...warm, ...idle]);
    return { value: (after - before) / CONNECTIONS[what] };
  },
};

// What they are compared with has no loop that waits: a bar of our own.
const HANDLER = { peers: ["ws", "onesocket-handler"], isOwnBar: true };

export const acceptedMemory = {
  ...SHARED,
  side: "server",
  variants: [
    heap("heap-accepted", "accepted"),
    resident("resident-accepted", "accepted"),
    heap("heap-handler", "accepted, with a handler", {
      ...HANDLER,
      mostMore: undefined,
      mostRatio: 2.5,
    }),
    resident("resident-handler", "accepted, with a handler", { ...HANDLER, mostRatio: 1.5 }),
  ],

  /** @returns the bytes that each of the connections added to those of a warm-up batch */
  async run({ server, crowd, variant: { what } }) {
    await crowd.ask(`open ${server.port} ${WARM_UP_CONNECTIONS[what]} 0`);
    const before = await memoryOf(what);
    await crowd.ask(`open ${server.port} ${CONNECTIONS[what]} 0`);
    const after = await memoryOf(what);
    await empty({ server, crowd });
    return { value: (after - before) / CONNECTIONS[what] };
  },
};

/** The memory in use after several collections, with turns in between for what is released late. */
async function memoryOf(what) {
  for (let collection = 0; collection < COLLECTIONS; collection += 1) {
    await wait(SETTLE_MS);
    globalThis.gc();
  }
  return process.memoryUsage()[what];
}
