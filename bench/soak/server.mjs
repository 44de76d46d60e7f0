/** The soak's server process. It obeys its parent: `stats`, `empty` and `heap`. */

import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";
import { WebSockets } from "onesocket/server";
import { FEED_BYTES, READ_LIMIT_BYTES } from "./limits.mjs";

const FEED_INTERVAL_MS = 20;
const FIREHOSE_BYTES = 4096;
/** Turns between two collections, in which what was closed lets go of the rest. */
const COLLECTIONS = 8;

const errors = [];
const sockets = new WebSockets({
  readLimit: READ_LIMIT_BYTES,
  maxUnsent: 256 * 1024,
  pingInterval: "2s",
  pongTimeout: "5s",
  upgradesPerSecond: Number.POSITIVE_INFINITY,
  maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
  onError: (error) => errors.push(`${error?.stack ?? error}`),
});

sockets.route("/echo", async (connection) => {
  for await (const message of connection) await connection.send(message);
});

sockets.route("/topic/:name", async (connection, { params }) => {
  connection.join(params.name);
  await connection.send("joined");
  for await (const message of connection) sockets.to(params.name).send(message);
});

// As much as the client takes, numbered.
sockets.route("/firehose", async (connection) => {
  const filling = "x".repeat(FIREHOSE_BYTES);
  for (let number = 0; connection.connected; number += 1) {
    await connection.send(`${number} ${filling}`);
  }
});

sockets.route("/feed", async (connection) => {
  connection.join("feed");
  await connection.closed;
});

// As much as there is, whether the clients take it or not.
const filling = Buffer.alloc(FEED_BYTES);
setInterval(() => sockets.to("feed").send(filling), FEED_INTERVAL_MS);

const delay = monitorEventLoopDelay();
delay.enable();

const ORDERS = {
  stats: () => sockets.stats(),

  /** Once nobody is left; what is said of that. */
  async empty({ timeoutMs }) {
    const end = AbortSignal.timeout(timeoutMs);
    while (sockets.size > 0 && !end.aborted) await turn();
    return { ...sockets.stats(), size: sockets.size, errors };
  },

  /** Collected until it stays the same. */
  async heap() {
    for (let count = 0; count < COLLECTIONS; count += 1) {
      globalThis.gc();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heapUsed, external, rss, delayMs: delay.percentile(99) / 1e6, ...countHandles() };
  },
};

/** Connections that the process has, whoever knows of them. */
function countHandles() {
  const names = process.getActiveResourcesInfo();
  return { handles: names.filter((name) => name === "TCPSocketWrap").length };
}

process.on("message", async (order) => process.send(await ORDERS[order.order](order)));
process.on("disconnect", () => process.exit());

const { port } = await sockets.listen(0, { host: "127.0.0.1" });
process.send(port);
await once(process, "disconnect");
