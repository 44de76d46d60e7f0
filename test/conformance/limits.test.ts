/** Conformance: `readLimit` holds to the byte, by the head of a frame, and by the sum of fragments. */

import { type Case, refused, refusedEarly } from "./case.ts";
import { conform } from "./conform.ts";
import { letters } from "./payloads.ts";
import { strict } from "./strict.ts";
import { binary, type FrameSpec, MORE, next, ping, pong, text } from "./wire.ts";

const LIMITS = [1, 2, 10, 124, 125, 126, 127, 1_000, 65_535, 65_536, 100_000];

conform(
  "a message in one frame",
  LIMITS.flatMap((readLimit): Case[] => [
    {
      name: `of just the limit, ${readLimit}, is delivered`,
      send: [text(letters(readLimit)), binary(letters(readLimit))],
      delivered: [letters(readLimit), Buffer.from(letters(readLimit))],
      setting: { readLimit },
    },
    {
      name: `of one byte more than ${readLimit}`,
      send: [binary(letters(readLimit + 1))],
      end: refused(1009),
      setting: { readLimit },
    },
    {
      name: `of one byte more than ${readLimit}, by its head alone`,
      send: [text("", { claimed: BigInt(readLimit + 1) })],
      end: refusedEarly(1009),
      setting: { readLimit },
    },
    {
      name: `of many more than ${readLimit}, by its head alone`,
      send: [text("", { claimed: BigInt(readLimit) + 2n ** 32n })],
      end: refusedEarly(1009),
      setting: { readLimit },
    },
  ]),
);

/** Fragments that come to 100 bytes. */
const SUMS = [
  [99, 1],
  [1, 99],
  [50, 50],
  [0, 100],
  [100, 0],
  [100, 0, 0, 0],
  [33, 33, 34],
  new Array<number>(100).fill(1),
];

const fragments = (sizes: readonly number[], isWhole = true): FrameSpec[] =>
  sizes.map((size, index) => {
    const rest = { fin: isWhole && index === sizes.length - 1 };
    return index === 0 ? text("a".repeat(size), rest) : next("a".repeat(size), rest);
  });

conform(
  "a message in fragments, of a limit of 100",
  SUMS.flatMap((sizes): Case[] => {
    const name = sizes.length > 10 ? `${sizes.length} of one byte` : sizes.join(" + ");
    const setting = { readLimit: 100 };
    return [
      {
        name: `${name} is delivered`,
        send: fragments(sizes),
        delivered: ["a".repeat(100)],
        setting,
      },
      {
        name: `${name}, and one byte more`,
        send: [...fragments(sizes, false), next("b")],
        end: refused(1009),
        setting,
      },
      {
        name: `${name}, and one byte more, by its head alone`,
        send: [...fragments(sizes, false), next("", { claimed: 1n })],
        end: refusedEarly(1009),
        setting,
      },
    ];
  }),
);

const TEN = { readLimit: 10 };

conform("what counts", [
  {
    name: "bytes, not characters: 10 in 4 characters",
    send: [text("€€€b")],
    delivered: ["€€€b"],
    setting: TEN,
  },
  {
    name: "bytes, not characters: 12 in 4 characters",
    send: [text("€€€€")],
    end: refused(1009),
    setting: TEN,
  },
  {
    name: "each message by itself",
    send: Array.from({ length: 20 }, () => text("0123456789")),
    delivered: new Array(20).fill("0123456789"),
    setting: TEN,
  },
  {
    name: "each message in fragments by itself",
    send: Array.from({ length: 20 }, () => [text("01234", MORE), next("56789")]).flat(),
    delivered: new Array(20).fill("0123456789"),
    setting: TEN,
  },
  {
    name: "not pings and pongs",
    send: [text("01234", MORE), ping("p".repeat(125)), pong("p".repeat(125)), next("56789")],
    delivered: ["0123456789"],
    pongs: ["p".repeat(125)],
    setting: TEN,
  },
  {
    name: "a message that is refused, with those before it delivered",
    send: [text("0123456789"), text("0123456789a"), text("late")],
    delivered: ["0123456789"],
    end: refused(1009),
    setting: TEN,
  },
  {
    name: "an empty message passes a limit of 0",
    send: [text(), binary(), text("", MORE), next()],
    delivered: ["", Buffer.alloc(0), ""],
    setting: { readLimit: 0 },
  },
  ...strict("zeroLimit", [
    {
      name: "a byte does not pass a limit of 0",
      send: [text("a")],
      end: refused(1009),
      setting: { readLimit: 0 },
    },
    {
      name: "a byte does not pass a limit of 0, by its head alone",
      send: [text("", { claimed: 1n })],
      end: refusedEarly(1009),
      setting: { readLimit: 0 },
    },
    {
      name: "a byte in the last of two fragments does not pass a limit of 0",
      send: [binary("", MORE), next("a")],
      end: refused(1009),
      setting: { readLimit: 0 },
    },
  ]),
]);

const MIB = 1_048_576;
const WHOLE = { "in one piece": [] };

conform("how many fragments", [
  {
    name: "a message of up to 1 MiB may come in 1,024",
    send: fragments(new Array(1_024).fill(1)),
    delivered: ["a".repeat(1_024)],
    setting: { readLimit: MIB },
    cuts: WHOLE,
  },
  {
    name: "but in no more",
    send: fragments(new Array(1_025).fill(1)),
    end: refused(1008),
    setting: { readLimit: MIB },
    cuts: WHOLE,
  },
  {
    name: "nor in more that are empty",
    send: fragments(new Array(1_025).fill(0)),
    end: refused(1008),
    setting: { readLimit: MIB },
    cuts: WHOLE,
  },
  {
    name: "the next message begins anew",
    send: [...fragments(new Array(1_000).fill(1)), ...fragments(new Array(1_000).fill(1))],
    delivered: ["a".repeat(1_000), "a".repeat(1_000)],
    setting: { readLimit: MIB },
    cuts: WHOLE,
  },
]);
