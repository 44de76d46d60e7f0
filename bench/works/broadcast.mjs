/** Work: send the same to 1,000 clients, so many messages a turn, until all of them have it. */

import { setImmediate as nextTurn } from "node:timers/promises";
import { createDocuments } from "./documents.mjs";
import { createPayload } from "./payload.mjs";

const CLIENTS = 1_000;
const DOCUMENT_CHARACTERS = 1_024;

/**
 * Turns before the clock starts: a client that has heard nothing for a while acknowledges the next 16 messages one
 * by one (TCP's quick acknowledgements), which costs as much as a third of the message.
 */
const PRELUDE_TURNS = 20;

function broadcasting(name, title, settings) {
  return { name, title: `to 1,000, ${title}`, serving: "idle", ...settings };
}

export const broadcast = {
  kind: "broadcast",
  side: "server",
  group: "Broadcast",
  unit: "turns/s",
  higherIsBetter: true,
  firstCount: 1,
  maxCount: 400,
  variants: [
    broadcasting("broadcast-1", "1 × 32 B a turn", {
      perTurn: 1,
      bytes: 32,
      prelude: PRELUDE_TURNS,
      leastRatio: 1.25,
    }),
    broadcasting("broadcast-10", "10 × 32 B a turn", { perTurn: 10, bytes: 32, leastRatio: 8 }),
    broadcasting("broadcast-10-1k", "10 × 1 KiB a turn", {
      perTurn: 10,
      bytes: 1024,
      leastRatio: 6,
    }),
    broadcasting("broadcast-10-deflate", "10 × 1 KiB of JSON a turn, deflate without takeover", {
      perTurn: 10,
      leastRatio: 8,
      serving: "compressing",
      kind: "broadcast-deflate",
      peers: ["ws", "onesocket", "crossws"],
    }),
  ],

  /** @returns the rate of `count` turns, by the clock and by CPU time */
  async run({ server, crowd, count, variant, measure }) {
    const { perTurn, bytes, serving, prelude = 0 } = variant;
    const compresses = serving === "compressing";
    if (server.count() === 0) {
      await crowd.ask(`open ${server.port} ${CLIENTS} ${compresses ? 1 : 0}`);
    }
    const messages = compresses
      ? createDocuments(DOCUMENT_CHARACTERS)
      : [createPayload(bytes, false)];
    const act = (turns) => sendAll({ server, crowd, messages, turns, perTurn });
    if (prelude > 0) await act(prelude);
    return await measure(() => act(count));
  },
};

/** Resolves once all clients have all of it. */
async function sendAll({ server, crowd, messages, turns, perTurn }) {
  const received = crowd.ask(`expect ${turns * perTurn}`);
  for (let turn = 0; turn < turns; turn += 1) {
    for (let sent = 0; sent < perTurn; sent += 1) {
      server.broadcast(messages[(turn * perTurn + sent) % messages.length]);
    }
    await nextTurn();
  }
  await received;
}
