/** Work: echo with up to 256 messages under way. */

import { DEFLATE_MODES } from "../peers/deflate.mjs";
import { COMPRESSING_CLIENTS } from "../peers/index.mjs";
import { createDocuments } from "./documents.mjs";
import { checkMessage, createPayload } from "./payload.mjs";

const WINDOW = 256;
const KIB = 1024;
const LARGE = { bytes: 64 * KIB, firstCount: 200, leastRatio: 1.1 };

/** @returns what `open` and a payload are made of */
function echo(name, title, settings) {
  return { name, title, binary: false, path: "/echo", ...settings };
}

function deflate(name, mode, bar) {
  const { keepsWindow, level } = DEFLATE_MODES[mode];
  const path = keepsWindow ? "/deflate" : "/deflate-alone";
  const how = `deflate ${keepsWindow ? "with" : "without"} takeover, level ${level}`;
  const settings = { path, deflate: mode, peers: COMPRESSING_CLIENTS, ...bar };
  const documents = createDocuments(4 * KIB);
  return echo(name, `4 KiB of JSON, ${how}`, { ...settings, bytes: 4 * KIB, documents });
}

export const pipelined = {
  kind: "pipelined",
  group: "Echo, 256 under way",
  unit: "msg/s",
  higherIsBetter: true,
  firstCount: 2_000,
  variants: [
    echo("echo-32", "32 B text", { bytes: 32, leastRatio: 4.5 }),
    echo("echo-1k", "1 KiB text", { bytes: KIB, leastRatio: 3.5 }),
    echo("echo-1k-binary", "1 KiB binary", { bytes: KIB, binary: true, leastRatio: 3.5 }),
    echo("echo-64k", "64 KiB text", LARGE),
    echo("echo-64k-binary", "64 KiB binary", { ...LARGE, binary: true }),
    deflate("echo-deflate", "takeover", { leastRatio: 4 }),
    deflate("echo-deflate-alone", "alone", { leastRatio: 4 }),
    deflate("echo-deflate-6", "takeover-6", { leastRatio: 2, isOwnBar: true }),
    deflate("echo-deflate-6-alone", "alone-6", { leastRatio: 2, isOwnBar: true }),
  ],

  /** @returns the rate of `count` messages there and back, by the clock and by CPU time */
  async run({ peer, url, count, variant, measure }) {
    const { bytes, binary, path, documents } = variant;
    const payloads = documents ?? [createPayload(bytes, binary)];
    let unsent = count;
    let awaited = count;
    let socket;
    let onDone;
    const done = new Promise((resolve) => {
      onDone = resolve;
    });
    const sendNext = () => {
      unsent -= 1;
      peer.send(socket, payloads[unsent % payloads.length]);
    };
    const onMessage = (data) => {
      awaited -= 1;
      if (unsent > 0) sendNext();
      else if (awaited === 0) {
        checkMessage(data, bytes, binary);
        onDone();
      }
    };
    socket = await peer.open(`${url}${path}`, onMessage, { deflate: variant.deflate });
    const result = await measure(() => {
      for (let sent = Math.min(WINDOW, count); sent > 0; sent -= 1) sendNext();
      return done;
    });
    await peer.close(socket);
    return result;
  },
};
