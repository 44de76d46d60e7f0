/** Conformance: text that can't become UTF-8 any more is refused at once, whatever is still to come.
 *  RFC 6455 allows to wait (section 8.1); who waits keeps what he will throw away. */

import { type Case, LOST, refused, refusedEarly } from "./case.ts";
import { conform } from "./conform.ts";
import { strict } from "./strict.ts";
import { EVERY_BYTE, INVALID, type Sample, TRUNCATED, upToWrong } from "./utf8-samples.ts";
import { hex, MORE, next, ping, text } from "./wire.ts";

const PADDING = Buffer.from("x".repeat(101));
const WHOLE = { "in one piece": [] };

/** Samples up to the byte that is wrong, each once. */
function cutBehindWrong(samples: readonly Sample[]): [string, Buffer][] {
  const wrongs = samples.map(([name, bytes]) => {
    const wrong = upToWrong(bytes);
    if (wrong === null) throw new Error(`${name} may become right`);
    return [wrong.toString("hex"), wrong] as const;
  });
  return [...new Map(wrongs)];
}

const WRONG = cutBehindWrong(INVALID);

conform(
  "a first fragment, its last byte wrong",
  strict(
    "failFast",
    cutBehindWrong([...EVERY_BYTE, ...INVALID]).map(([name, bytes]) => ({
      name,
      send: [text(bytes, MORE)],
      end: refusedEarly(1007),
      cuts: WHOLE,
    })),
  ),
);

conform(
  "a second fragment, its last byte wrong",
  strict(
    "failFast",
    WRONG.map(([name, bytes]) => ({
      name,
      send: [text("é", MORE), next(Buffer.concat([PADDING, bytes]), MORE)],
      end: refusedEarly(1007),
      cuts: WHOLE,
    })),
  ),
);

conform(
  "a frame that has come in part, its last byte wrong",
  strict(
    "failFast",
    WRONG.flatMap(([name, bytes]): Case[] => [
      {
        name: `${name}, soon`,
        send: [text(bytes, { claimed: 300n })],
        end: refusedEarly(1007),
      },
      {
        name: `${name}, behind much that is right`,
        send: [text(Buffer.concat([PADDING, bytes]), { claimed: 100_000n })],
        end: refusedEarly(1007),
        cuts: WHOLE,
      },
      {
        name: `${name}, in a last fragment`,
        send: [text("right", MORE), next(bytes, { claimed: 300n })],
        end: refusedEarly(1007),
        cuts: WHOLE,
      },
    ]),
  ),
);

/** Characters cut in two: what has come of them, and a byte that does not continue it. */
const CUT = [
  ["c3", "28"],
  ["e2", "28"],
  ["e282", "28"],
  ["e0", "80"],
  ["ed", "a0"],
  ["f0", "80"],
  ["f0", "8f"],
  ["f4", "90"],
  ["f09f", "28"],
  ["f09f8c", "28"],
  ["f09f8c", "f0"],
] as const;

conform(
  "a character that the next fragment does not continue",
  strict(
    "failFast",
    CUT.flatMap(([start, wrong]): Case[] => [
      {
        name: `${start}, ${wrong}`,
        send: [text(hex(start), MORE), next(hex(wrong), MORE)],
        end: refusedEarly(1007),
      },
      {
        name: `${start}, ${wrong}, a ping and an empty fragment between them`,
        send: [
          text(hex(`6161${start}`), MORE),
          ping("x"),
          next("", MORE),
          next(hex(wrong), { claimed: 9n }),
        ],
        pongs: ["x"],
        end: refusedEarly(1007),
      },
    ]),
  ),
);

conform("behind a fragment that is wrong", [
  ...strict("failFast", [
    {
      name: "a message that would be right is not delivered",
      send: [text(hex("ff"), MORE), next("a"), text("b")],
      end: refused(1007),
    },
    {
      name: "what the protocol forbids changes nothing",
      send: [text(hex("ff"), MORE), text("a")],
      end: refused(1007),
    },
    {
      name: "a ping is not answered",
      send: [text(hex("c0"), MORE), ping("late"), next("a")],
      end: refused(1007),
    },
  ]),
]);

conform(
  "what may still become UTF-8 is waited for",
  TRUNCATED.flatMap(([name, bytes]): Case[] => [
    { name: `${name}, in a fragment`, send: [text(bytes, MORE)], end: LOST },
    {
      name: `${name}, in a frame that has come in part`,
      send: [text(bytes, { claimed: 300n })],
      end: LOST,
    },
  ]),
);
