/** Conformance: close frames, and what comes around them (RFC 6455, sections 5.5.1 and 7). */

import { type Case, closed, LOST, refused } from "./case.ts";
import { conform } from "./conform.ts";
import { INVALID, TRUNCATED } from "./utf8-samples.ts";
import { binary, close, closeBytes, hex, MORE, next, ping, text } from "./wire.ts";

const SENDABLE = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3999, 4000,
  4001, 4998, 4999,
];
const NOT_SENDABLE = [
  0, 1, 2, 125, 126, 127, 255, 256, 500, 998, 999, 1004, 1005, 1006, 1015, 1016, 1017, 1020, 1099,
  1100, 1999, 2000, 2001, 2998, 2999, 5000, 5001, 9999, 32_767, 32_768, 65_534, 65_535,
];

conform(
  "a code that may be sent",
  SENDABLE.flatMap((code): Case[] => [
    { name: `${code} is answered with the same`, send: [close(code)], end: closed(code) },
    {
      name: `${code} with a reason`,
      send: [close(code, "because")],
      end: closed(code, "because"),
    },
  ]),
);

conform(
  "a code that may not be sent",
  NOT_SENDABLE.flatMap((code): Case[] => [
    { name: `${code}`, send: [close(code)], end: refused(1002) },
    { name: `${code} with a reason`, send: [close(code, "because")], end: refused(1002) },
  ]),
);

conform("a close frame without a code", [
  { name: "is answered with the same", send: [closeBytes()], end: closed(1005) },
  {
    name: "behind a message",
    send: [text("a"), closeBytes()],
    delivered: ["a"],
    end: closed(1005),
  },
]);

conform(
  "a close frame of one byte",
  [0, 3, 127, 255].map((byte) => ({
    name: `${byte}`,
    send: [closeBytes(Buffer.of(byte))],
    end: refused(1002),
  })),
);

conform("a reason", [
  ...[0, 1, 2, 61, 122, 123].map((length) => ({
    name: `of ${length} bytes`,
    send: [close(1000, "r".repeat(length))],
    end: closed(1000, "r".repeat(length)),
  })),
  ...[124, 125, 126, 1_000, 65_534].map((length) => ({
    name: `of ${length} bytes is too long`,
    send: [close(1000, "r".repeat(length))],
    end: refused(1002),
  })),
  ...["é", "世界", "🌍", "\u0000", "\ufeffmarked", "\u{10ffff}", "é".repeat(61)].map((reason) => ({
    name: `${JSON.stringify(reason)}, in UTF-8`,
    send: [close(4000, reason)],
    end: closed(4000, reason),
  })),
]);

conform(
  "a reason that is no UTF-8",
  [...INVALID, ...TRUNCATED].map(([name, bytes]) => ({
    name,
    send: [close(1000, bytes)],
    end: refused(1007),
    cuts: { "in one piece": [] },
  })),
);

conform("behind a close frame", [
  { name: "a text is not delivered", send: [close(1000), text("late")], end: closed(1000) },
  { name: "bytes are not delivered", send: [close(1000), binary("late")], end: closed(1000) },
  { name: "another close frame", send: [close(1000), close(1001)], end: closed(1000) },
  { name: "the same again", send: [close(1000, "a"), close(1000, "a")], end: closed(1000, "a") },
  { name: "an empty one", send: [close(4000), closeBytes()], end: closed(4000) },
  { name: "what is forbidden", send: [close(1000), hex("ffffffff")], end: closed(1000) },
  { name: "no UTF-8", send: [close(1000), text(hex("ff"))], end: closed(1000) },
  { name: "a length past all limits", send: [close(1000), hex("827fffff")], end: closed(1000) },
  {
    name: "a megabyte of anything",
    send: [close(1000), Buffer.alloc(1_048_576, 0x5a)],
    end: closed(1000),
    cuts: { "in one piece": [] },
  },
]);

conform("a close frame among messages", [
  {
    name: "behind them",
    send: [text("a"), binary("b"), close(1000, "done")],
    delivered: ["a", Buffer.from("b")],
    end: closed(1000, "done"),
  },
  {
    name: "behind a large one",
    send: [binary(Buffer.alloc(200_000)), close(1000)],
    delivered: [Buffer.alloc(200_000)],
    end: closed(1000),
  },
  {
    name: "in the middle of fragments",
    send: [text("a", MORE), close(1000, "enough")],
    end: closed(1000, "enough"),
  },
  {
    name: "in the middle of fragments, the rest behind it",
    send: [text("a", MORE), close(1000), next("b")],
    end: closed(1000),
  },
  {
    name: "in the middle of a character",
    send: [text(hex("e282"), MORE), close(1000)],
    end: closed(1000),
  },
]);

conform("behind what is refused", [
  { name: "a close frame", send: [text("a", { rsv: 1 }), close(1000)], end: refused(1002) },
  {
    name: "a megabyte of anything",
    send: [text("a", { rsv: 1 }), Buffer.alloc(1_048_576, 0x5a)],
    end: refused(1002),
    cuts: { "in one piece": [] },
  },
  {
    name: "a megabyte of messages",
    send: [next("a"), ...new Array(200).fill(binary(Buffer.alloc(5_000)))],
    end: refused(1002),
    cuts: { "in one piece": [] },
  },
]);

conform("an end without a close frame", [
  { name: "at once", send: [], end: LOST },
  { name: "behind a message", send: [text("a")], delivered: ["a"], end: LOST },
  { name: "within a head", send: [hex("81")], end: LOST },
  { name: "within a length", send: [hex("82fe00")], end: LOST, sides: ["server"] },
  { name: "within a payload", send: [text("abc", { claimed: 10n })], end: LOST },
  { name: "within a control frame", send: [ping("abc", { claimed: 10n })], end: LOST },
  { name: "within a close frame", send: [closeBytes(hex("03"), { claimed: 5n })], end: LOST },
  { name: "within a message", send: [text("abc", MORE)], end: LOST },
]);
