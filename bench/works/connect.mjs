/** Work: open connections, 50 at a time; they stay open until the clock has stopped. */

import { closeAll, openMany } from "./connections.mjs";

export const connect = {
  kind: "connect",
  group: "Connections",
  unit: "conn/s",
  higherIsBetter: true,
  firstCount: 200,
  maxCount: 2_000,
  variants: [{ name: "connect", title: "dialled, 50 at a time", leastRatio: 0.95 }],

  /** @returns the rate of `count` handshakes, by the clock and by CPU time */
  async run({ peer, url, count, measure }) {
    let sockets = [];
    const result = await measure(async () => {
      sockets = await openMany(peer, `${url}/echo`, count, () => {});
    });
    await closeAll(peer, sockets);
    return result;
  },
};
