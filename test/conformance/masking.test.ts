/** Conformance: who masks, and with what (RFC 6455, sections 5.1 and 5.3). */

import { type Case, refused, refusedEarly } from "./case.ts";
import { conform } from "./conform.ts";
import { letters } from "./payloads.ts";
import { binary, close, type FrameSpec, hex, KEY, MORE, next, OPCODE, ping, text } from "./wire.ts";

const MASKS = ["00000000", "ffffffff", "00000001", "01000000", "80808080", "37fa213d", "00ff00ff"];
const SIZES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 125, 126, 1_000, 65_536];

/** One frame of each opcode, and what must stand before it. */
const FRAMES: readonly (readonly [string, FrameSpec[], FrameSpec])[] = [
  ["a text", [], text("Hello")],
  ["an empty text", [], text()],
  ["bytes", [], binary("Hello")],
  ["a first fragment", [], text("Hello", MORE)],
  ["a continuation", [text("Hello", MORE)], next("Hello")],
  ["a ping", [], ping("Hello")],
  ["an empty ping", [], ping()],
  ["a pong", [], { opcode: OPCODE.PONG, payload: Buffer.from("Hello") }],
  ["a close frame", [], close(1000, "Hello")],
  ["an empty close frame", [], { opcode: OPCODE.CLOSE }],
];

conform(
  "without a mask, to a server",
  FRAMES.map(([name, before, frame]) => ({
    name,
    send: [...before, { ...frame, mask: null }],
    end: refused(1002),
    sides: ["server"],
  })),
);

conform(
  "with a mask, to a client",
  FRAMES.flatMap(([name, before, frame]) =>
    ["00000000", "37fa213d"].map(
      (mask): Case => ({
        name: `${name}, ${mask}`,
        send: [...before, { ...frame, mask: hex(mask) }],
        end: refused(1002),
        sides: ["client"],
      }),
    ),
  ),
);

conform("a wrong mask bit, by the head alone", [
  {
    name: "none",
    send: [text("", { mask: null, claimed: 100n })],
    end: refusedEarly(1002),
    sides: ["server"],
  },
  {
    name: "one",
    send: [text("", { mask: KEY, claimed: 100n })],
    end: refusedEarly(1002),
    sides: ["client"],
  },
  {
    name: "none, behind a message that has one",
    send: [text("a"), text("b", { mask: null })],
    delivered: ["a"],
    end: refused(1002),
    sides: ["server"],
  },
]);

conform(
  "every mask does",
  MASKS.flatMap((mask) =>
    SIZES.map(
      (size): Case => ({
        name: `${mask}, ${size} bytes`,
        send: [text(letters(size), { mask: hex(mask) })],
        delivered: [letters(size)],
        sides: ["server"],
      }),
    ),
  ),
);

conform(
  "a payload cut where the mask has not come round",
  [1, 2, 3, 4, 5, 7, 9].map((size) => ({
    name: `in pieces of ${size}`,
    send: [text(letters(200)), binary(letters(100))],
    delivered: [letters(200), Buffer.from(letters(100))],
    sides: ["server"],
    cuts: { "": [size] },
  })),
);

conform("another mask for each frame", [
  {
    name: "of a message in fragments",
    send: MASKS.map((mask, index) => {
      const rest = { mask: hex(mask), fin: index === MASKS.length - 1 };
      return index === 0 ? text("abc", rest) : next("abc", rest);
    }),
    delivered: ["abc".repeat(MASKS.length)],
    sides: ["server"],
  },
  {
    name: "of messages and pings in turn",
    send: MASKS.flatMap((mask) => [
      ping(mask, { mask: hex(mask) }),
      text(mask, { mask: hex(mask) }),
    ]),
    delivered: MASKS,
    pongs: MASKS,
    sides: ["server"],
  },
  {
    name: "and one that makes the payload look like zeros",
    send: [binary(hex("37fa213d 37fa213d"), { mask: KEY })],
    delivered: [hex("37fa213d 37fa213d")],
    sides: ["server"],
  },
]);
