/** Work: take in connections. */

import { setTimeout as wait } from "node:timers/promises";

/** Closes all clients; resolves once the server knows that all have gone. */
export async function empty({ server, crowd }) {
  await crowd.ask("close");
  while (server.count() > 0) await wait(1);
}

export const accept = {
  kind: "accept",
  side: "server",
  group: "Connections",
  unit: "conn/s",
  higherIsBetter: true,
  firstCount: 200,
  maxCount: 2_000,
  variants: [{ name: "accept", title: "accepted, 64 at a time", leastRatio: 0.9, isOwnBar: true }],

  /** @returns the rate of `count` handshakes, by the clock and by the server's CPU time */
  async run({ server, crowd, count, measure }) {
    const result = await measure(() => crowd.ask(`open ${server.port} ${count} 0`));
    await empty({ server, crowd });
    return result;
  },
};
