/** Strict parser: what the suite reads our side with finds what is wrong, and nothing else. */

import { expect, test } from "vitest";
import { StrictParser } from "./strict-parser.ts";
import {
  binary,
  close,
  closeBytes,
  encodeAll,
  type FrameSpec,
  hex,
  KEY,
  MORE,
  next,
  ping,
  pong,
  type Role,
  RSV1,
  text,
} from "./wire.ts";

interface Written {
  readonly role?: Role;
  readonly compresses?: boolean;
}

function violationsOf(frames: readonly FrameSpec[], written: Written = {}): readonly string[] {
  const { role = "server", compresses = false } = written;
  const parser = new StrictParser(role, compresses);
  for (const byte of encodeAll(frames, role)) parser.push(Buffer.of(byte));
  parser.end();
  return parser.violations;
}

const RIGHT: [name: string, frames: FrameSpec[], written: Written][] = [
  ["messages", [text("é"), binary(hex("ff")), text()], {}],
  ["fragments with controls among them", [text("a", MORE), ping("x"), pong(), next("b")], {}],
  ["a message of a client", [text("a".repeat(126)), close(1000, "é")], { role: "client" }],
  ["a compressed message", [text(hex("00"), { rsv: RSV1 }), close(4999)], { compresses: true }],
  ["lengths in all forms", [0, 125, 126, 65_536].map((length) => text("a".repeat(length))), {}],
];

test.each(RIGHT)("%s: nothing is wrong", (_what, frames, written) => {
  expect(violationsOf(frames, written)).toEqual([]);
});

test.each([
  ["a length in 16 bits", [text("a", { lengthBits: 16 })], /length 1 in 16 bits/],
  ["a length in 64 bits", [text("a".repeat(126), { lengthBits: 64 })], /length 126 in 64 bits/],
  ["a mask of a server", [text("a", { mask: KEY })], /mask is 37fa213d/],
  ["a reserved bit", [text("a", { rsv: RSV1 })], /reserved bits 4/],
  ["a reserved bit of a ping", [ping("a", { rsv: 1 })], /reserved bits 1/],
  ["an opcode", [{ opcode: 3 }], /opcode 3/],
  ["a continuation of nothing", [next("a")], /in the wrong place/],
  ["a message in a message", [text("a", MORE), text("b")], /in the wrong place/],
  ["a ping in fragments", [ping("a", MORE)], /opcode 9 in fragments/],
  ["a long ping", [ping("a".repeat(126))], /opcode 9, 126 bytes/],
  ["a close code", [close(1005)], /close code 1005/],
  ["a close frame of a byte", [closeBytes("a")], /close code 0/],
  ["a close reason", [close(1000, hex("ff"))], /no UTF-8/],
  ["a text", [text(hex("c3"))], /no UTF-8/],
  ["a frame behind the close frame", [close(1000), ping()], /behind the close frame/],
  ["half a frame", [text("a", { claimed: 2n })], /in the middle of a frame/],
])("finds what is wrong about %s", (_what, frames, violation) => {
  expect(violationsOf(frames)).toEqual([expect.stringMatching(violation)]);
});

test("finds that a client has no mask", () => {
  const frames = [text("a", { mask: null })];
  expect(violationsOf(frames, { role: "client" })).toEqual(["mask is undefined"]);
});
