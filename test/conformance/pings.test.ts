/** Conformance: pings and pongs (RFC 6455, sections 5.5.2 and 5.5.3). */

import { expect, test } from "vitest";
import { type Case, closed, refused } from "./case.ts";
import { conform } from "./conform.ts";
import { connectPair } from "./subject.ts";
import { binary, close, MORE, next, OPCODE, ping, pong, text } from "./wire.ts";

const SIZES = Array.from({ length: 126 }, (_, size) => size);
/** All values of a byte, one after the other. */
const bytes = (size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, at) => at * 3));

conform(
  "a ping",
  SIZES.map((size) => ({
    name: `of ${size} bytes is answered with the same`,
    send: [ping(bytes(size))],
    pongs: [bytes(size)],
    cuts: { "in one piece": [] },
  })),
);

conform(
  "a ping in pieces",
  [0, 1, 4, 125].map((size) => ({
    name: `of ${size} bytes`,
    send: [ping(bytes(size))],
    pongs: [bytes(size)],
    cuts: { "byte by byte": [1] },
  })),
);

const TOO_LONG = [126, 127, 128, 65_535, 65_536];

conform(
  "a control frame of more than 125 bytes",
  TOO_LONG.flatMap((size): Case[] => [
    { name: `a ping of ${size}`, send: [ping("x".repeat(size))], end: refused(1002) },
    { name: `a pong of ${size}`, send: [pong("x".repeat(size))], end: refused(1002) },
    { name: `a close of ${size}`, send: [close(1000, "x".repeat(size - 2))], end: refused(1002) },
  ]),
);

conform("a control frame in fragments", [
  { name: "an empty ping", send: [ping("", MORE)], end: refused(1002) },
  { name: "a ping", send: [ping("a", MORE), next("b")], end: refused(1002) },
  { name: "a ping in a message", send: [text("a", MORE), ping("b", MORE)], end: refused(1002) },
  { name: "an empty pong", send: [pong("", MORE)], end: refused(1002) },
  { name: "a pong", send: [pong("a", MORE), next("b")], end: refused(1002) },
  { name: "an empty close", send: [{ opcode: OPCODE.CLOSE, fin: false }], end: refused(1002) },
  { name: "a close", send: [close(1000, "", MORE)], end: refused(1002) },
]);

conform("a ping among messages", [
  {
    name: "before, between and behind them",
    send: [ping("1"), text("a"), ping("2"), binary("b"), ping("3")],
    delivered: ["a", Buffer.from("b")],
    pongs: ["1", "2", "3"],
  },
  {
    name: "between the fragments of a text",
    send: [text("a", MORE), ping("x"), next("b")],
    delivered: ["ab"],
    pongs: ["x"],
  },
  {
    name: "between the fragments of bytes",
    send: [binary("a", MORE), ping("x"), next("b")],
    delivered: [Buffer.from("ab")],
    pongs: ["x"],
  },
  {
    name: "is answered while a message is not complete",
    send: [text("a", MORE), ping("x")],
    pongs: ["x"],
  },
  {
    name: "between all fragments, with pongs",
    send: [
      text("a", MORE),
      ping("1"),
      next("b", MORE),
      pong("?"),
      ping(),
      next("c", MORE),
      ping("3"),
      next("d"),
    ],
    delivered: ["abcd"],
    pongs: ["1", "", "3"],
  },
  {
    name: "of 125 bytes between fragments of as many",
    send: [text("a".repeat(125), MORE), ping(bytes(125)), next("b".repeat(125))],
    delivered: ["a".repeat(125) + "b".repeat(125)],
    pongs: [bytes(125)],
  },
  {
    name: "of a payload that looks like a frame",
    send: [ping(Buffer.of(0x88, 0, 0x81, 1, 0x61)), text("a")],
    delivered: ["a"],
    pongs: [Buffer.of(0x88, 0, 0x81, 1, 0x61)],
  },
]);

conform("pongs that nobody asked for", [
  { name: "an empty one", send: [pong(), text("a")], delivered: ["a"] },
  { name: "one with a payload", send: [pong("unasked"), text("a")], delivered: ["a"] },
  { name: "one of 125 bytes", send: [pong(bytes(125)), text("a")], delivered: ["a"] },
  { name: "several", send: [pong("1"), pong("2"), pong("3"), text("a")], delivered: ["a"] },
  { name: "and a ping", send: [pong("unasked"), ping("asked")], pongs: ["asked"] },
  {
    name: "between fragments",
    send: [text("a", MORE), pong("x"), next("b", MORE), pong(), next("c")],
    delivered: ["abc"],
  },
]);

conform("many pings at once", [
  {
    name: "10: the last is answered, and any before it in their order",
    send: Array.from({ length: 10 }, (_, index) => ping(`${index}`)),
    pongs: Array.from({ length: 10 }, (_, index) => `${index}`),
  },
  {
    name: "1,000 between two fragments",
    send: [text("a", MORE), ...Array.from({ length: 1_000 }, (_, at) => ping(`${at}`)), next("b")],
    delivered: ["ab"],
    pongs: Array.from({ length: 1_000 }, (_, index) => `${index}`),
  },
]);

conform("behind a close frame", [
  { name: "a ping is not answered", send: [close(1000), ping("late")], end: closed(1000) },
  { name: "a pong is no error", send: [close(1000), pong("late")], end: closed(1000) },
]);

test.each(["client", "server"] as const)(
  "%s: 10 pings, each behind the pong of the one before, are all answered",
  async (side) => {
    const { peer } = await connectPair(side);
    await peer.frame(0);
    for (const index of SIZES.slice(0, 10)) {
      await peer.send([ping(`ping ${index}`)]);
      const answer = await peer.frame(index + 1);
      expect([answer?.opcode, `${answer?.payload}`]).toEqual([OPCODE.PONG, `ping ${index}`]);
    }
    await peer.end();
  },
);
