/** Conformance: messages in fragments, in every order that is right or wrong (RFC 6455, section 5.4). */

import { type Case, OPEN, refused, refusedEarly } from "./case.ts";
import { conform } from "./conform.ts";
import { letters } from "./payloads.ts";
import type { Message } from "./subject.ts";
import { binary, type FrameSpec, MORE, next, ping, text } from "./wire.ts";

/** Kinds of frames: T text, B bytes, C continuation, each final; in lower case where it is not; P a ping. */
type Kind = "T" | "t" | "B" | "b" | "C" | "c" | "P";
const EMPTY = new Uint8Array(0);
const KINDS: readonly Kind[] = ["T", "t", "B", "b", "C", "c", "P"];

function frameOf(kind: Kind, content: string): FrameSpec {
  const rest = kind === kind.toUpperCase() ? {} : MORE;
  if (kind === "P") return ping(content);
  if (kind === "T" || kind === "t") return text(content, rest);
  return kind === "B" || kind === "b" ? binary(content, rest) : next(content, rest);
}

/** What a receiver that goes by the RFC makes of a sequence. */
function predict(kinds: readonly Kind[]): Pick<Case, "delivered" | "pongs" | "end"> {
  const delivered: Message[] = [];
  const pongs: string[] = [];
  let open: "T" | "B" | null = null;
  let content = "";
  for (const [index, kind] of kinds.entries()) {
    if (kind === "P") {
      pongs.push(`${index}`);
      continue;
    }
    const isNext = kind === "C" || kind === "c";
    if (isNext !== (open !== null)) return { delivered, pongs, end: refused(1002) };
    content += `${index}`;
    open ??= kind === "T" || kind === "t" ? "T" : "B";
    if (kind !== kind.toUpperCase()) continue;
    delivered.push(open === "T" ? content : Buffer.from(content));
    open = null;
    content = "";
  }
  return { delivered, pongs, end: OPEN };
}

/** All sequences of so many frames. */
function sequences(length: number): Kind[][] {
  if (length === 0) return [[]];
  return sequences(length - 1).flatMap((rest) => KINDS.map((kind) => [...rest, kind]));
}

conform(
  "every sequence of up to three frames",
  [1, 2, 3].flatMap(sequences).map((kinds) => ({
    name: kinds.join(""),
    send: kinds.map((kind, index) => frameOf(kind, `${index}`)),
    ...predict(kinds),
    cuts: { "in one piece": [] },
  })),
);

conform(
  "sequences of four frames that end a message",
  sequences(4)
    .filter((kinds) => "tb".includes(kinds[0] ?? "") && kinds[3] === "C")
    .map((kinds) => ({
      name: kinds.join(""),
      send: kinds.map((kind, index) => frameOf(kind, `${index}`)),
      ...predict(kinds),
      cuts: { "byte by byte": [1] },
    })),
);

const WRONG: readonly (readonly Kind[])[] = [
  ["C"],
  ["c"],
  ["t", "T"],
  ["t", "t"],
  ["t", "B"],
  ["t", "b"],
  ["b", "T"],
  ["b", "t"],
  ["b", "B"],
  ["T", "C"],
  ["t", "C", "C"],
];

conform(
  "a sequence that is wrong, by the head alone",
  WRONG.map((kinds) => {
    const frames = kinds.map((kind, index) => frameOf(kind, `${index}`));
    const { delivered = [] } = predict(kinds);
    // The last has a head that promises ten bytes, and none of them.
    const last = frames.splice(-1).map((frame) => ({ ...frame, payload: EMPTY, claimed: 10n }));
    return {
      name: kinds.join(""),
      send: [...frames, ...last],
      delivered,
      end: refusedEarly(1002),
    };
  }),
);

const FRAGMENTS = [2, 3, 10, 100, 1_000];

/** `content` in frames of `size` bytes, the last of them final. */
function cutUp(make: typeof text, content: string, size: number): FrameSpec[] {
  const parts = content.match(new RegExp(`.{1,${size}}`, "gs")) ?? [""];
  return parts.map((part, index) => {
    const rest = { fin: index === parts.length - 1 };
    return index === 0 ? make(part, rest) : next(part, rest);
  });
}

conform(
  "many fragments",
  FRAGMENTS.flatMap((count): Case[] => [
    {
      name: `${count} of one byte, text`,
      send: cutUp(text, letters(count), 1),
      delivered: [letters(count)],
      cuts: { "in one piece": [], "in pieces of 5": [5] },
    },
    {
      name: `${count} of 100 bytes, binary`,
      send: cutUp(binary, letters(count * 100), 100),
      delivered: [Buffer.from(letters(count * 100))],
      cuts: { "in one piece": [], "in odd pieces": [1, 2, 3, 5_000, 7, 11_000] },
    },
  ]),
);

conform("fragments of every size", [
  ...[125, 126, 127, 65_535, 65_536].map((size) => ({
    name: `two of ${size} bytes`,
    send: cutUp(text, letters(2 * size), size),
    delivered: [letters(2 * size)],
  })),
  { name: "all empty", send: [text("", MORE), next("", MORE), next()], delivered: [""] },
  {
    name: "all empty, binary",
    send: [binary("", MORE), next("", MORE), next()],
    delivered: [Buffer.alloc(0)],
  },
  { name: "the first empty", send: [text("", MORE), next("b")], delivered: ["b"] },
  { name: "the last empty", send: [text("a", MORE), next("")], delivered: ["a"] },
  {
    name: "one between empty",
    send: [text("a", MORE), next("", MORE), next("b")],
    delivered: ["ab"],
  },
  {
    name: "100 between empty",
    send: [text("a", MORE), ...new Array<FrameSpec>(100).fill(next("", MORE)), next("b")],
    delivered: ["ab"],
  },
]);

conform("one message in fragments behind the other", [
  {
    name: "of both kinds, with whole ones between",
    send: [
      ...cutUp(text, "first", 2),
      text("whole"),
      ...cutUp(binary, "second", 1),
      binary("bytes"),
      ...cutUp(text, "third", 3),
    ],
    delivered: ["first", "whole", Buffer.from("second"), Buffer.from("bytes"), "third"],
  },
  {
    name: "and what is refused behind them",
    send: [...cutUp(text, "first", 2), ...cutUp(text, "second", 2), next("third")],
    delivered: ["first", "second"],
    end: refused(1002),
  },
]);
