/** Conformance: text is UTF-8, to the byte (RFC 6455, sections 5.6 and 8.1). */

import { type Case, refused } from "./case.ts";
import { conform } from "./conform.ts";
import { EVERY_BYTE, INVALID, TRUNCATED, VALID } from "./utf8-samples.ts";
import { binary, type FrameSpec, hex, MORE, next, ping, text } from "./wire.ts";

/** Long enough for whatever is done with long texts alone, and not a multiple of anything. */
const PADDING = Buffer.from("x".repeat(101));
const WHOLE = { "in one piece": [] };

conform(
  "a text",
  VALID.map(([name, content]) => ({ name, send: [text(content)], delivered: [content] })),
);

conform(
  "what is no UTF-8",
  [...INVALID, ...TRUNCATED].map(([name, bytes]) => ({
    name,
    send: [text(bytes)],
    end: refused(1007),
  })),
);

conform(
  "a byte that starts no character, or one that a space ends",
  EVERY_BYTE.map(([name, bytes]) => ({
    name,
    send: [text(bytes)],
    end: refused(1007),
    cuts: WHOLE,
  })),
);

conform(
  "what is no UTF-8, in a long text",
  [...INVALID, ...TRUNCATED].map(([name, bytes]) => ({
    name,
    send: [text(Buffer.concat([PADDING, bytes, PADDING]))],
    end: refused(1007),
    cuts: WHOLE,
  })),
);

conform(
  "a character that a long text ends with, and lacks bytes of",
  TRUNCATED.map(([name, bytes]) => ({
    name,
    send: [text(Buffer.concat([PADDING, bytes]))],
    end: refused(1007),
    cuts: WHOLE,
  })),
);

conform(
  "what is no UTF-8, in the last fragment",
  [...INVALID, ...TRUNCATED].map(([name, bytes]) => ({
    name,
    send: [text("right", MORE), next(bytes)],
    end: refused(1007),
    cuts: WHOLE,
  })),
);

conform(
  "a character that an empty fragment, or a text that has ended, cuts short",
  TRUNCATED.flatMap(([name, bytes]): Case[] => [
    {
      name: `${name}, then an empty last fragment`,
      send: [text(bytes, MORE), next()],
      end: refused(1007),
    },
    {
      name: `${name}, then what does not continue it`,
      send: [text(bytes, MORE), next("a")],
      end: refused(1007),
    },
    {
      name: `${name}, then another text`,
      send: [text("first"), text(bytes), text(Buffer.of(0x80))],
      delivered: ["first"],
      end: refused(1007),
    },
  ]),
);

/** A text in two fragments, cut behind so many bytes. */
function cutAt(content: string, at: number): FrameSpec[] {
  const bytes = Buffer.from(content);
  return [text(bytes.subarray(0, at), MORE), next(bytes.subarray(at))];
}

const SPLIT = "κό€世🌍\u{10ffff}é";
const SPLIT_BYTES = Buffer.byteLength(SPLIT);

conform(
  "a text in two fragments",
  Array.from({ length: SPLIT_BYTES + 1 }, (_, at) => ({
    name: `cut behind byte ${at}`,
    send: cutAt(SPLIT, at),
    delivered: [SPLIT],
  })),
);

conform(
  "a text in two fragments, with a ping that is no UTF-8 between them",
  Array.from({ length: SPLIT_BYTES + 1 }, (_, at) => {
    const [first, last] = cutAt(SPLIT, at);
    const frames = [first, ping(hex("ff80")), last].filter((frame) => frame !== undefined);
    return {
      name: `cut behind byte ${at}`,
      send: frames,
      delivered: [SPLIT],
      pongs: [hex("ff80")],
      cuts: WHOLE,
    };
  }),
);

/** Each byte a fragment of its own, with an empty one behind it. */
function byteWise(bytes: Buffer): FrameSpec[] {
  const [first = 0, ...others] = bytes;
  const middle = others.flatMap((byte) => [next("", MORE), next(Buffer.of(byte), MORE)]);
  return [text(Buffer.of(first), MORE), ...middle, next()];
}

conform(
  "a text of a byte in each fragment",
  VALID.slice(1, 60).map(([name, content]) => ({
    name,
    send: byteWise(Buffer.from(content)),
    delivered: [content],
    cuts: WHOLE,
  })),
);

conform("where a text ends, and the next begins", [
  {
    name: "a character is not carried from one to the next",
    send: [text("a"), text(hex("c3")), text(hex("a9"))],
    delivered: ["a"],
    end: refused(1007),
  },
  {
    name: "one that was cut in fragments is right, the next is wrong",
    send: [...cutAt("é", 1), text(hex("a9"))],
    delivered: ["é"],
    end: refused(1007),
  },
  {
    name: "long and short ones in turn",
    send: ["é".repeat(5_000), "é", "世".repeat(30_000), "世"].map((content) => text(content)),
    delivered: ["é".repeat(5_000), "é", "世".repeat(30_000), "世"],
  },
]);

conform("bytes need not be UTF-8", [
  ...INVALID.slice(-30).map(([name, bytes]) => ({
    name,
    send: [binary(bytes)],
    delivered: [bytes],
  })),
  {
    name: "in fragments, a text behind them",
    send: [binary(hex("c3"), MORE), next(hex("28ff")), text("é")],
    delivered: [hex("c328ff"), "é"],
  },
  {
    name: "and a text that is wrong, between them",
    send: [binary(hex("ff")), text(hex("ff")), binary(hex("ff"))],
    delivered: [hex("ff")],
    end: refused(1007),
  },
]);
