/** Work: receive as fast as the server can send, counting. */

import { checkMessage } from "./payload.mjs";

export const flood = {
  kind: "flood",
  unit: "msg/s",
  higherIsBetter: true,
  firstCount: 2_000,
  variants: [
    { name: "flood-32", title: "receive flood, 32 B text", bytes: 32, binary: false },
    { name: "flood-64k", title: "receive flood, 64 KiB binary", bytes: 65_536, binary: true },
    {
      name: "pull-32",
      title: "… 32 B text by for await, to addListener",
      bytes: 32,
      binary: false,
      peers: ["onesocket", "onesocket-pull"],
      leastRatio: 0.7,
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
