/** Work: echo with up to 256 messages under way. */

import { checkMessage, createPayload } from "./payload.mjs";

const WINDOW = 256;

export const pipelined = {
  kind: "pipelined",
  unit: "msg/s",
  higherIsBetter: true,
  firstCount: 10_000,
  variants: [
    { name: "echo-32", title: "echo, window 256, 32 B text", bytes: 32, binary: false },
    { name: "echo-1k", title: "echo, window 256, 1 KiB text", bytes: 1024, binary: false },
    { name: "echo-1k-binary", title: "echo, window 256, 1 KiB binary", bytes: 1024, binary: true },
  ],

  /** @returns the rate of `count` messages there and back, by the clock and by CPU time */
  async run({ peer, url, count, variant, measure }) {
    const payload = createPayload(variant.bytes, variant.binary);
    let unsent = count;
    let awaited = count;
    let onDone;
    const done = new Promise((resolve) => {
      onDone = resolve;
    });
    const socket = await peer.open(`${url}/echo`, (data) => {
      awaited -= 1;
      if (unsent > 0) {
        unsent -= 1;
        peer.send(socket, payload);
      } else if (awaited === 0) {
        checkMessage(data, variant.bytes, variant.binary);
        onDone();
      }
    });
    const result = await measure(() => {
      const first = Math.min(WINDOW, count);
      unsent -= first;
      for (let sent = 0; sent < first; sent += 1) peer.send(socket, payload);
      return done;
    });
    await peer.close(socket);
    return result;
  },
};
