/** Work: one message at a time, each sent when the answer to the one before has arrived. Client and server, of which
 *  only one ever has something to do, share a processor: else half of the time is what it takes to wake the
 *  other one up, which differs by a factor of three from one moment to the next. */

import { checkMessage, createPayload } from "./payload.mjs";

export const roundTrip = {
  kind: "round-trip",
  group: "Round trip",
  unit: "trip/s",
  sharesProcessor: true,
  higherIsBetter: true,
  firstCount: 500,
  variants: [
    { name: "round-trip-32", title: "32 B text", bytes: 32, binary: false, leastRatio: 1.1 },
    { name: "round-trip-1k", title: "1 KiB text", bytes: 1024, binary: false, leastRatio: 1.1 },
  ],

  /** @returns the rate of `count` round trips, by the clock and by CPU time */
  async run({ peer, url, count, variant, measure }) {
    const payload = createPayload(variant.bytes, variant.binary);
    let left = count;
    let onDone;
    const done = new Promise((resolve) => {
      onDone = resolve;
    });
    const socket = await peer.open(`${url}/echo`, (data) => {
      left -= 1;
      if (left > 0) peer.send(socket, payload);
      else {
        checkMessage(data, variant.bytes, variant.binary);
        onDone();
      }
    });
    const result = await measure(() => {
      peer.send(socket, payload);
      return done;
    });
    await peer.close(socket);
    return result;
  },
};
