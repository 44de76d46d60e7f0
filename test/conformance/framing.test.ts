/** Conformance: framing, its three forms of length, and frames cut anywhere (RFC 6455, section 5.2). */

import { type Case, refused, refusedEarly } from "./case.ts";
import { conform } from "./conform.ts";
import { letters, noise } from "./payloads.ts";
import { strict } from "./strict.ts";
import { binary, type FrameSpec, hex, MORE, next, ping, pong, shortest, text } from "./wire.ts";

const LENGTHS = [
  0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 124, 125, 126, 127, 128, 129, 254, 255, 256, 257, 1023, 4096,
  65_534, 65_535, 65_536, 65_537, 131_072, 200_000,
];

conform(
  "messages of every length",
  LENGTHS.flatMap((length): Case[] => [
    {
      name: `text of ${length} bytes`,
      send: [text(letters(length))],
      delivered: [letters(length)],
    },
    { name: `${length} bytes`, send: [binary(noise(length))], delivered: [noise(length)] },
  ]),
);

/** Lengths, each in the forms that are longer than it needs. */
const TOO_LONG = [0, 1, 5, 125, 126, 127, 65_535].flatMap((length) =>
  ([16, 64] as const)
    .filter((bits) => bits > shortest(BigInt(length)))
    .map((lengthBits) => ({ length, lengthBits })),
);

/** The frames that carry data, what must stand before them, and how they are called. */
const CARRIERS: readonly (readonly [string, FrameSpec[], typeof text])[] = [
  ["text", [], text],
  ["binary", [], binary],
  ["continuation", [text("a", MORE)], next],
];

conform(
  "a length in a longer form than it needs",
  strict(
    "minimalLengths",
    CARRIERS.flatMap(([name, before, make]) =>
      TOO_LONG.map(({ length, lengthBits }) => ({
        name: `${length} in ${lengthBits} bits, ${name}`,
        send: [...before, make(letters(length), { lengthBits })],
        end: refused(1002),
      })),
    ),
  ),
);

conform(
  "a length in a longer form than it needs, by the head alone",
  strict(
    "minimalLengths",
    TOO_LONG.map(({ length, lengthBits }) => ({
      name: `${length} in ${lengthBits} bits`,
      send: [binary("", { lengthBits, claimed: BigInt(length) })],
      end: refusedEarly(1002),
    })),
  ),
);

conform(
  "a control frame whose length is not in 7 bits",
  ([16, 64] as const).flatMap((lengthBits) =>
    [0, 5, 125, 126, 65_536]
      .filter((length) => length < 2 ** lengthBits)
      .flatMap((length): Case[] => [
        {
          name: `a ping of ${length} in ${lengthBits} bits`,
          send: [ping(letters(length), { lengthBits })],
          end: refused(1002),
        },
        {
          name: `a pong of ${length} in ${lengthBits} bits`,
          send: [pong(letters(length), { lengthBits })],
          end: refused(1002),
        },
      ]),
  ),
);

/** Past what a message may have: 16 MiB, unless it is said. */
const LARGE = [
  "0000000001000001",
  "00000000ffffffff",
  "0000000100000000",
  "0000000100010000",
  "0000ffffffffffff",
  "0001000000010000",
  "001fffffffffffff",
];

conform(
  "a length of 64 bits past the limit, by the head alone",
  CARRIERS.flatMap(([name, before, make]) =>
    LARGE.map((length) => ({
      name: `${length}, ${name}`,
      send: [...before, make("", { claimed: BigInt(`0x${length}`), lengthBits: 64 })],
      end: refusedEarly(1009),
    })),
  ),
);

/** Past what a number can count, and past what RFC 6455 allows. */
const HUGE = [
  "0020000000000000",
  "0020000000000001",
  "7fffffffffffffff",
  "8000000000000000",
  "8000000000000005",
  "ffffffffffffffff",
];

conform(
  "a length of 64 bits past every number, by the head alone",
  CARRIERS.flatMap(([name, before, make]) =>
    HUGE.map((length) => ({
      name: `${length}, ${name}`,
      send: [...before, make("", { claimed: BigInt(`0x${length}`), lengthBits: 64 })],
      end: refusedEarly(1002, 1009),
    })),
  ),
);

/** A head is at most so long: two bytes, a length of 64 bits, a mask. */
const HEAD_BYTES = 14;

conform(
  "a frame cut in its head, or right behind it",
  [5, 300, 65_536].map((length) => ({
    name: `text of ${length} bytes`,
    send: [text(letters(length))],
    delivered: [letters(length)],
    cuts: Object.fromEntries(
      Array.from({ length: HEAD_BYTES + 1 }, (_, at) => [
        `cut behind byte ${at + 1}`,
        [at + 1, 1_000_000],
      ]),
    ),
  })),
);

conform("many frames", [
  {
    name: "1,000 messages",
    send: Array.from({ length: 1_000 }, (_, index) => text(`${index}`)),
    delivered: Array.from({ length: 1_000 }, (_, index) => `${index}`),
    cuts: { "in one piece": [], "in pieces of 7": [7], "in pieces of 1000": [1_000] },
  },
  {
    name: "a large message among small ones",
    send: [text("a"), binary(noise(100_000)), text("b"), text(letters(70_000)), text("c")],
    delivered: ["a", noise(100_000), "b", letters(70_000), "c"],
  },
  {
    name: "empty messages",
    send: [text(), binary(), text(), binary()],
    delivered: ["", Buffer.alloc(0), "", Buffer.alloc(0)],
  },
  {
    name: "messages whose lengths take all forms in turn",
    send: [1, 126, 65_536, 125, 65_535, 0, 65_536, 126].map((length) => binary(noise(length))),
    delivered: [1, 126, 65_536, 125, 65_535, 0, 65_536, 126].map(noise),
  },
  {
    name: "a message whose bytes look like frames",
    send: [binary(hex("8100 8202ffff 8800 89007e 817f00000000")), text("after")],
    delivered: [hex("8100 8202ffff 8800 89007e 817f00000000"), "after"],
  },
]);

conform("along with the handshake", [
  { name: "a message", send: [text("early")], delivered: ["early"], isEarly: true },
  {
    name: "messages, one of them large",
    send: [text("a"), binary(noise(100_000)), text("b")],
    delivered: ["a", noise(100_000), "b"],
    isEarly: true,
  },
  {
    name: "a message in fragments, with a ping among them",
    send: [text("a", MORE), ping("in between"), next("b")],
    delivered: ["ab"],
    pongs: ["in between"],
    isEarly: true,
  },
  {
    name: "a message, and what is refused",
    send: [text("a"), text("b", { rsv: 1 })],
    delivered: ["a"],
    end: refused(1002),
    isEarly: true,
  },
]);
