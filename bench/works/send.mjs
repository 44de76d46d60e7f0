/** Work: send so many messages a turn, to a server that counts them and answers once it has them
 *  all. */

import { setImmediate as nextTurn } from "node:timers/promises";
import { createPayload } from "./payload.mjs";

/**
 * As programs do that look at `bufferedAmount`: none sends on while so many bytes have not left.
 */
const MOST_UNSENT_BYTES = 1024 * 1024;
const KIB = 1024;

function text(perTurn, leastRatio) {
  const title = `32 B text, ${perTurn} a turn`;
  return { name: `send-32-${perTurn}`, title, bytes: 32, binary: false, perTurn, leastRatio };
}

export const send = {
  kind: "send",
  group: "Send",
  unit: "msg/s",
  higherIsBetter: true,
  firstCount: 2_000,
  variants: [
    text(256, 15),
    text(16, 6),
    text(4, 2.5),
    text(1, 1),
    {
      name: "send-1k-256",
      title: "1 KiB binary, 256 a turn",
      bytes: KIB,
      binary: true,
      perTurn: 256,
      leastRatio: 6,
    },
    {
      name: "send-64k-16",
      title: "64 KiB binary, 16 a turn",
      bytes: 64 * KIB,
      binary: true,
      perTurn: 16,
      firstCount: 200,
      leastRatio: 1.1,
    },
  ],

  /**
   * @returns the rate of `count` messages, all of which have arrived, by the clock and by CPU time
   */
  async run({ peer, url, count, variant, measure }) {
    const { bytes, binary, perTurn } = variant;
    const payload = createPayload(bytes, binary);
    let onDone;
    const done = new Promise((resolve) => {
      onDone = resolve;
    });
    const socket = await peer.open(`${url}/sink`, onDone);
    peer.send(socket, JSON.stringify({ count }));
    await nextTurn();
    const result = await measure(async () => {
      for (let left = count; left > 0; left -= perTurn) {
        const messages = Math.min(perTurn, left);
        for (let sent = 0; sent < messages; sent += 1) peer.send(socket, payload);
        do await nextTurn();
        while (peer.buffered(socket) > MOST_UNSENT_BYTES);
      }
      await done;
    });
    await peer.close(socket);
    return result;
  },
};
