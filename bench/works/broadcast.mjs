/** Work: send the same to 1,000 clients, so many messages in a turn; measured until the system has taken them. */

import { setImmediate as nextTurn } from "node:timers/promises";

const CLIENTS = 1_000;
const HEADER_BYTES = { 32: 2, 1024: 4 };

export const broadcast = {
  kind: "broadcast",
  side: "server",
  unit: "turns/s",
  higherIsBetter: true,
  firstCount: 20,
  maxCount: 200,
  variants: [
    {
      name: "broadcast-1",
      title: "broadcast to 1,000, 1 × 32 B a turn",
      perTurn: 1,
      bytes: 32,
      leastRatio: 1.2,
    },
    { name: "broadcast-10", title: "… 10 × 32 B a turn", perTurn: 10, bytes: 32, leastRatio: 6 },
    {
      name: "broadcast-10-1k",
      title: "… 10 × 1 KiB a turn",
      perTurn: 10,
      bytes: 1024,
      leastRatio: 6,
    },
  ],

  /** @returns the rate of `count` turns, by the clock and by CPU time */
  async run({ server, crowd, count, variant, measure }) {
    const { perTurn, bytes } = variant;
    if (server.count() === 0) await crowd.ask({ act: "open", port: server.port, count: CLIENTS });
    const data = "x".repeat(bytes);
    const received = crowd.ask({
      act: "expect",
      bytes: count * perTurn * (bytes + HEADER_BYTES[bytes]),
    });
    const result = await measure(async () => {
      for (let turn = 0; turn < count; turn += 1) {
        for (let sent = 0; sent < perTurn; sent += 1) server.broadcast(data);
        await nextTurn();
      }
    });
    await received;
    return result;
  },
};
