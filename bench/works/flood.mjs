/** Work: receive as fast as the server can send, counting. */

import { checkMessage } from "./payload.mjs";

export const flood = {
  kind: "flood",
  group: "Receive",
  unit: "msg/s",
  higherIsBetter: true,
  firstCount: 2_000,
  variants: [
    { name: "flood-32", title: "32 B text", bytes: 32, binary: false, leastRatio: 2 },
    {
      name: "flood-64k",
      title: "64 KiB binary",
      bytes: 65_536,
      binary: true,
      firstCount: 200,
      leastRatio: 1.3,
      leastRatioOfNode20: 0.9,
    },
    {
      name: "await-32",
      title: "32 B text by for await, to ws's callback",
      bytes: 32,
      binary: false,
      peers: ["ws", "onesocket-pull"],
      leastRatio: 1.2,
    },
    {
      name: "batches-32",
      title: "32 B text by batches, to ws's callback",
      bytes: 32,
      binary: false,
      peers: ["ws", "onesocket-batches"],
      leastRatio: 1.2,
      isOwnBar: true,
    },
    {
      name: "pull-32",
      title: "32 B text by for await, to addListener",
      bytes: 32,
      binary: false,
      peers: ["onesocket", "onesocket-pull"],
      leastRatio: 0.7,
      isOwnBar: true,
    },
  ],

  /** @returns the rate from the order to the last message, by the clock and by CPU time */
  async run({ peer, url, count, variant, measure }) {
    const { bytes, binary } = variant;
    let left = count;
    let onDone;
    const done = new Promise((resolve) => {
      onDone = resolve;
    });
    const socket = await peer.open(`${url}/flood`, (data) => {
      left -= 1;
      if (left === 0) {
        checkMessage(data, bytes, binary);
        onDone();
      }
    });
    const result = await measure(() => {
      peer.send(socket, JSON.stringify({ count, bytes, binary }));
      return done;
    });
    await peer.close(socket);
    return result;
  },
};
