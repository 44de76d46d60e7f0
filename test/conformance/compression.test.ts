/** Conformance: compressed messages, in every way in which they may be written (RFC 7692, section 7.2). */

import { Compression } from "../../src/index.ts";
import { type Case, closed, refused } from "./case.ts";
import { conform } from "./conform.ts";
import { Deflater } from "./deflate.ts";
import { noise } from "./payloads.ts";
import { strict } from "./strict.ts";
import { binary, close, type FrameSpec, hex, MORE, next, ping, RSV1, text } from "./wire.ts";

const PACKED = { rsv: RSV1 } as const;
const DEFLATE = { compression: Compression.CONTEXT_TAKEOVER, extensions: "permessage-deflate" };
const ALONE = {
  compression: Compression.NO_CONTEXT,
  extensions: "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
};

const packed = (content: string | Uint8Array): FrameSpec =>
  text(new Deflater().deflate(content), PACKED);

/** The examples of RFC 7692, section 7.2.3, and more of their kind. */
const HELLOS: readonly (readonly [name: string, send: FrameSpec[]])[] = [
  ["one block", [text(hex("f248cdc9c90700"), PACKED)]],
  ["two fragments", [text(hex("f248cd"), { ...PACKED, ...MORE }), next(hex("c9c90700"))]],
  ["a block without compression", [text(hex("000500faff48656c6c6f00"), PACKED)]],
  ["two blocks", [text(hex("f248050000 00ffffcac9c90700"), PACKED)]],
  ["a final block", [text(hex("f348cdc9c9070000"), PACKED)]],
  [
    "a fragment for each byte, empty ones between them",
    [
      text("", { ...PACKED, ...MORE }),
      ...[...hex("f248cdc9c90700")].flatMap((byte) => [
        next(Buffer.of(byte), MORE),
        next("", MORE),
      ]),
      next(),
    ],
  ],
  [
    "blocks without compression, one for each letter",
    [
      text(
        Buffer.concat([
          ...[..."Hello"].map((letter) => Buffer.concat([hex("000100feff"), Buffer.from(letter)])),
          hex("00"),
        ]),
        PACKED,
      ),
    ],
  ],
];

conform(
  "Hello, compressed",
  HELLOS.flatMap(([name, send]): Case[] => [
    { name: `in ${name}`, send, delivered: ["Hello"], setting: DEFLATE },
    { name: `in ${name}, without a context`, send, delivered: ["Hello"], setting: ALONE },
    {
      name: `in ${name}, twice`,
      send: [...send, ...send],
      delivered: ["Hello", "Hello"],
      setting: DEFLATE,
    },
  ]),
);

conform("Hello, compressed, with a ping between two fragments", [
  {
    name: "it is answered",
    send: [text(hex("f248"), { ...PACKED, ...MORE }), ping("x"), next(hex("cdc9c90700"))],
    delivered: ["Hello"],
    pongs: ["x"],
    setting: DEFLATE,
  },
]);

/** A final block in the middle: what follows it starts at the next byte. */
const FINALS: readonly (readonly [name: string, digits: string])[] = [
  ["Hel and lo, both stored, the first final", "010300fcff48656c 000200fdff6c6f00"],
  ["Hel and lo, both stored and final", "010300fcff48656c 010200fdff6c6f 00"],
];

conform(
  "a block that says it is the last, and is not",
  strict(
    "finalBlocks",
    FINALS.map(([name, digits]) => ({
      name,
      send: [text(hex(digits), PACKED), packed("then")],
      delivered: ["Hello", "then"],
      setting: DEFLATE,
    })),
  ),
);

conform("an empty message, compressed", [
  { name: "text", send: [text(hex("00"), PACKED)], delivered: [""], setting: DEFLATE },
  {
    name: "bytes",
    send: [binary(hex("00"), PACKED)],
    delivered: [Buffer.alloc(0)],
    setting: DEFLATE,
  },
  { name: "another form", send: [text(hex("0200"), PACKED)], delivered: [""], setting: DEFLATE },
  {
    name: "in two fragments, the first without a byte",
    send: [text("", { ...PACKED, ...MORE }), next(hex("00"))],
    delivered: [""],
    setting: DEFLATE,
  },
  {
    name: "between others",
    send: [packed("a"), text(hex("00"), PACKED), text(hex("00"), PACKED), packed("b")],
    delivered: ["a", "", "", "b"],
    setting: ALONE,
  },
]);

conform("not compressed, though it was agreed upon", [
  { name: "a text", send: [text("Hello")], delivered: ["Hello"], setting: DEFLATE },
  { name: "an empty text", send: [text()], delivered: [""], setting: DEFLATE },
  {
    name: "in fragments",
    send: [text("He", MORE), next("llo")],
    delivered: ["Hello"],
    setting: DEFLATE,
  },
  {
    name: "in turn with compressed ones",
    send: [packed("a"), text("b"), packed("c"), text("d")],
    delivered: ["a", "b", "c", "d"],
    setting: ALONE,
  },
  {
    name: "and the context stays what it was",
    send: [text(hex("f248cdc9c90700"), PACKED), text("b"), text(hex("f200110000"), PACKED)],
    delivered: ["Hello", "b", "Hello"],
    setting: DEFLATE,
  },
]);

/** Texts that have much in common with one another. */
const ALIKE = Array.from({ length: 20 }, (_, index) => `${index}: ${noise(300).toString("hex")}`);
const SIZES = [1, 125, 126, 127, 1_000, 32_768, 65_535, 65_536, 100_000];

function deflateAll(messages: readonly string[], isKept: boolean): FrameSpec[] {
  const deflater = new Deflater({ isKept });
  return messages.map((message) => text(deflater.deflate(message), PACKED));
}

conform("a context", [
  {
    name: "is kept from one message to the next",
    send: deflateAll(ALIKE, true),
    delivered: ALIKE,
    setting: DEFLATE,
  },
  {
    name: "need not be used",
    send: deflateAll(ALIKE, false),
    delivered: ALIKE,
    setting: DEFLATE,
  },
  {
    name: "is not kept where that was agreed upon",
    send: deflateAll(ALIKE, false),
    delivered: ALIKE,
    setting: ALONE,
  },
  {
    name: "of a message in fragments is kept, too",
    send: deflateAll(ALIKE, true).flatMap(({ payload = Buffer.alloc(0) }) => [
      text(payload.subarray(0, 3), { ...PACKED, ...MORE }),
      next(payload.subarray(3)),
    ]),
    delivered: ALIKE,
    setting: DEFLATE,
  },
  {
    name: "of 32 KiB is kept to its end",
    send: deflateAll([noise(16_000).toString("hex"), noise(16_000).toString("hex")], true),
    delivered: [noise(16_000).toString("hex"), noise(16_000).toString("hex")],
    setting: DEFLATE,
  },
  {
    name: "is missing for what refers to it, where none was agreed upon",
    send: deflateAll(ALIKE, true),
    delivered: ALIKE.slice(0, 1),
    end: refused(1007),
    setting: ALONE,
  },
]);

conform(
  "a compressed message",
  SIZES.flatMap((size): Case[] => [
    {
      name: `of ${size} bytes that do not compress`,
      send: [binary(new Deflater().deflate(noise(size)), PACKED)],
      delivered: [noise(size)],
      setting: DEFLATE,
    },
    {
      name: `of ${size} letters`,
      send: [packed("a".repeat(size))],
      delivered: ["a".repeat(size)],
      setting: DEFLATE,
    },
  ]),
);

/** What is no deflate data, whatever comes behind it. */
const CORRUPT: readonly (readonly [name: string, digits: string])[] = [
  ["a block of the reserved type", "07"],
  ["a block of the reserved type behind Hello", "f248cdc9c90706000000"],
  ["a length that its complement contradicts", "000500000048656c6c6f00"],
  ["a distance that reaches behind the start", "f200120000"],
  ["a table of more codes than there are", "fc1f0000"],
  ["all ones", "ffffffffffff"],
];

conform(
  "what is no deflate data",
  CORRUPT.flatMap(([name, digits]): Case[] => [
    { name, send: [text(hex(digits), PACKED)], end: refused(1007), setting: DEFLATE },
    {
      name: `${name}, of bytes, without a context`,
      send: [binary(hex(digits), PACKED), packed("a")],
      end: refused(1007),
      setting: ALONE,
    },
    {
      name: `${name}, in the second fragment, behind a message`,
      send: [packed("first"), text("", { ...PACKED, ...MORE }), next(hex(digits))],
      delivered: ["first"],
      end: refused(1007),
      setting: ALONE,
    },
  ]),
);

/** What ends in the middle of a block: the end that the sender of a message leaves out can't be put behind it. */
const CUT: readonly (readonly [name: string, digits: string])[] = [
  ["a block without compression that lacks bytes", "000a00f5ff48656c6c6f"],
  ["a block without compression that lacks its length", "0005"],
  ["a compressed block that lacks its end", "f248cdc9"],
];

conform(
  "deflate data that ends too soon",
  strict(
    "wholeBlocks",
    CUT.map(([name, digits]) => ({
      name,
      send: [binary(hex(digits), PACKED)],
      end: refused(1007),
      setting: DEFLATE,
    })),
  ),
);

conform("what inflates to no UTF-8", [
  { name: "a text", send: [packed(hex("48ff49"))], end: refused(1007), setting: DEFLATE },
  { name: "cut short", send: [packed(hex("48e282"))], end: refused(1007), setting: DEFLATE },
  {
    name: "a long text",
    send: [packed(Buffer.concat([Buffer.alloc(70_000, "é"), hex("eda080")]))],
    end: refused(1007),
    setting: DEFLATE,
  },
  {
    name: "bytes need not be",
    send: [binary(new Deflater().deflate(hex("48ff49")), PACKED)],
    delivered: [hex("48ff49")],
    setting: DEFLATE,
  },
]);

conform("RSV1 where it may not be, compression agreed upon", [
  {
    name: "on a continuation",
    send: [text(hex("f248cd"), { ...PACKED, ...MORE }), next(hex("c9c90700"), PACKED)],
    end: refused(1002),
    setting: DEFLATE,
  },
  {
    name: "on a continuation of what is not compressed",
    send: [text("He", MORE), next("llo", PACKED)],
    end: refused(1002),
    setting: DEFLATE,
  },
  { name: "on a ping", send: [ping("x", PACKED)], end: refused(1002), setting: DEFLATE },
  {
    name: "on a ping between fragments",
    send: [text(hex("f248cd"), { ...PACKED, ...MORE }), ping("x", PACKED)],
    end: refused(1002),
    setting: DEFLATE,
  },
  {
    name: "on a close frame",
    send: [close(1000, "", PACKED)],
    end: refused(1002),
    setting: DEFLATE,
  },
]);

conform("a close frame among compressed messages", [
  {
    name: "behind one",
    send: [packed("a".repeat(10_000)), close(1000, "done")],
    delivered: ["a".repeat(10_000)],
    end: closed(1000, "done"),
    setting: DEFLATE,
  },
  {
    name: "behind many",
    send: [...deflateAll(ALIKE, true), close(4000)],
    delivered: ALIKE,
    end: closed(4000),
    setting: DEFLATE,
  },
  {
    name: "in the middle of one",
    send: [text(hex("f248cd"), { ...PACKED, ...MORE }), close(1000)],
    end: closed(1000),
    setting: DEFLATE,
  },
]);

const LIMIT = { ...DEFLATE, readLimit: 1_000 };

conform("readLimit counts what comes out", [
  {
    name: "just the limit",
    send: [packed("a".repeat(1_000)), packed("b".repeat(1_000))],
    delivered: ["a".repeat(1_000), "b".repeat(1_000)],
    setting: { ...ALONE, readLimit: 1_000 },
  },
  { name: "one byte more", send: [packed("a".repeat(1_001))], end: refused(1009), setting: LIMIT },
  {
    name: "a thousand times as much",
    send: [packed("a".repeat(1_000_000))],
    end: refused(1009),
    setting: LIMIT,
  },
  {
    name: "one byte more, in fragments",
    send: [packed("a".repeat(1_001))].flatMap(({ payload = Buffer.alloc(0) }) => [
      text(payload.subarray(0, 4), { ...PACKED, ...MORE }),
      next(payload.subarray(4)),
    ]),
    end: refused(1009),
    setting: LIMIT,
  },
  ...strict("limitAfterInflating", [
    {
      name: "just the limit, larger while it is compressed",
      send: [binary(new Deflater().deflate(noise(1_000)), PACKED)],
      delivered: [noise(1_000)],
      setting: LIMIT,
    },
  ]),
]);
