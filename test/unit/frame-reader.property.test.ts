/** The reader, against the sender of ws, and against its receiver where the bytes are wrong. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameReader } from "../../src/adapter/frame-reader.ts";
import {
  cut,
  FrameLog,
  line,
  patterned,
  payloadSize,
  readAll,
  readerSettings,
  receiveByWs,
  senderFrame,
} from "../support/frame-streams.ts";

const TEXT = 1;
const BINARY = 2;
const CONTINUATION = 0;
const PING = 9;
const PONG = 10;

/** What is sent: a message, in fragments that control frames may stand between. */
interface Sent {
  readonly data: string | Buffer;
  /** Where it is cut, in thousandths of its size. */
  readonly cuts: readonly number[];
  /** Control frames behind the fragments: each the number of its fragment, and whether it is a ping. */
  readonly controls: readonly (readonly [behind: number, isPing: boolean, payload: Uint8Array])[];
}

const UNITS = ["a", "ü", "€", "\uFFFD", "\u{1F600}", "\u{10FFFF}", "\uFEFF", "\0"];
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .tuple(fc.constantFrom(...UNITS), payloadSize)
    .map(([unit, size]) => unit.repeat(Math.floor(size / Buffer.byteLength(unit)))),
);
const bytes = fc.tuple(payloadSize, fc.nat(99)).map(([size, seed]) => patterned(size, seed));
const control = fc.tuple(fc.nat(4), fc.boolean(), fc.uint8Array({ maxLength: 125 }));
const sent: fc.Arbitrary<Sent> = fc.record({
  data: fc.oneof(text, bytes),
  cuts: fc.oneof(
    { weight: 2, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(fc.nat(1000), { maxLength: 4, size: "max" }) },
  ),
  controls: fc.array(control, { maxLength: 3 }),
});
const messages = fc.array(sent, { minLength: 1, maxLength: 8, size: "max" });
const chunkSizes = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.constantFrom(1, 65_536, 16_384, 200_000),
    fc.integer({ min: 1, max: 70_000 }),
  ),
  { minLength: 1, maxLength: 6, size: "max" },
);

/** Where the fragments of so many bytes end. */
function endsOf(cuts: readonly number[], bytes: number): number[] {
  const ends = cuts.map((cut) => Math.floor((cut * bytes) / 1000)).sort((a, b) => a - b);
  return [...ends, bytes];
}

/** The frames of a message, each with the line that a reader is to note at its end, or none. */
function framesOf({ data, cuts, controls }: Sent, isMasked: boolean): [Buffer, string | null][] {
  const payload = Buffer.from(data);
  const ends = endsOf(cuts, payload.length);
  const whole = typeof data === "string" ? line.text(data) : line.bytes(data);
  return ends.flatMap((end, index): [Buffer, string | null][] => {
    const isLast = index === ends.length - 1;
    const first = typeof data === "string" ? TEXT : BINARY;
    const part = payload.subarray(ends[index - 1] ?? 0, end);
    const frame = senderFrame(index === 0 ? first : CONTINUATION, part, isMasked, isLast);
    const behind = controls.filter(([after]) => Math.min(after, ends.length - 1) === index);
    return [[frame, isLast ? whole : null], ...behind.map((each) => controlOf(each, isMasked))];
  });
}

function controlOf(
  [, isPing, payload]: Sent["controls"][number],
  isMasked: boolean,
): [Buffer, string] {
  const frame = senderFrame(isPing ? PING : PONG, payload, isMasked);
  return [frame, isPing ? line.ping(payload) : line.pong(payload)];
}

function streamOf(list: readonly Sent[], isMasked: boolean): [Buffer, string[]] {
  const frames = list.flatMap((each) => framesOf(each, isMasked));
  const lines = frames.map(([, line]) => line).filter((line) => line !== null);
  return [Buffer.concat(frames.map(([frame]) => frame)), lines];
}

test("messages of the sender of ws are read, however they are cut, masked and lent", () => {
  fc.assert(
    fc.property(
      messages,
      fc.boolean(),
      chunkSizes,
      fc.boolean(),
      (list, isServer, sizes, isLent) => {
        // No mask is zero, so that one that is not taken off shows.
        const [stream, lines] = streamOf(list, isServer);
        const chunks = cut(stream, sizes);
        expect(readAll(chunks, readerSettings({ isServer }), isLent)).toEqual(lines);
      },
    ),
    { numRuns: 150, seed: 4 },
  );
});

test("messages are read byte by byte", () => {
  fc.assert(
    fc.property(messages, fc.boolean(), fc.boolean(), (list, isServer, isLent) => {
      const [stream, lines] = streamOf(list, isServer);
      const chunks = cut(stream.subarray(0), [1]);
      expect(readAll(chunks, readerSettings({ isServer }), isLent)).toEqual(lines);
    }),
    { numRuns: 10, seed: 4 },
  );
});

test("a hold stops at the end of a message, and loses and reorders nothing", () => {
  const holds = fc.array(fc.boolean(), { minLength: 1, maxLength: 12, size: "max" });
  fc.assert(
    fc.property(messages, chunkSizes, holds, fc.boolean(), (list, sizes, held, isLent) => {
      const [stream, lines] = streamOf(list, true);
      const log = new FrameLog();
      const reader = new FrameReader(readerSettings({ isServer: true }), false, log);
      let step = 0;
      const decide = (): boolean => held[step++ % held.length] ?? false;
      let allowed = Number.POSITIVE_INFINITY;
      log.onMessage = () => {
        expect(allowed).toBeGreaterThan(0);
        if (!decide()) return;
        reader.hold();
        allowed = 0;
      };
      const release = (): void => {
        allowed = Number.POSITIVE_INFINITY;
        reader.release();
        reader.read(null, false);
      };
      for (const chunk of cut(stream, sizes)) {
        const memory = Buffer.from(chunk);
        reader.read(memory, isLent);
        if (isLent) memory.fill(0x5a);
        if (decide()) release();
      }
      for (let rounds = 0; rounds <= list.length; rounds += 1) release();
      expect(log.lines).toEqual(lines);
      expect(reader.hasRest).toBe(false);
    }),
    { numRuns: 100, seed: 4 },
  );
});

/** Frames with anything in their bits, but for lengths that are not minimal: ws takes these. */
const anyFrame = fc
  .record({
    fin: fc.boolean(),
    rsv: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
    opcode: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(0, 1, 1, 2, 8, 9, 10) },
      { weight: 1, arbitrary: fc.nat(15) },
    ),
    isMasked: fc.oneof(
      { weight: 9, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 10 }),
      fc.constantFrom(126, 127, 300, 1000, 1001).map((size) => patterned(size, 1)),
      fc.constantFrom(999, 1000, 1004, 1006, 1014, 1015, 2999, 3000, 4999, 5000).map((code) => {
        return Buffer.of(code >> 8, code & 0xff, 0x61);
      }),
      fc.string({ unit: "binary", maxLength: 8 }).map((each) => Buffer.from(each)),
    ),
  })
  .map(({ fin, rsv, opcode, isMasked, payload }) => {
    const frame = senderFrame(opcode, payload, isMasked, fin);
    frame[0] = (frame[0] ?? 0) | (rsv << 4);
    return frame;
  });

test("what ws refuses is refused with its close code, and what it takes is taken", async () => {
  const frames = fc.array(anyFrame, { minLength: 1, maxLength: 8, size: "max" });
  const limits = fc.record({
    readLimit: fc.constantFrom(1, 10, 1000, 100_000),
    maxFragments: fc.constantFrom(1, 2, 1000),
  });
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(frames, chunkSizes, limits, async (list, sizes, limit) => {
      const settings = readerSettings({ isServer: true, ...limit });
      const stream = Buffer.concat(list);
      const expected = await receiveByWs(stream, settings);
      const actual = readAll(cut(stream, sizes), settings, true);
      const last = actual.at(-1) ?? "";
      seen.set(last, (seen.get(last) ?? 0) + 1);
      // A text is refused here at the byte that spoils it, by ws at its end, if that ever comes.
      if (last === line.breach(1007)) expected.splice(actual.length - 1, expected.length, last);
      expect(actual).toEqual(expected);
    }),
    { numRuns: 1500, seed: 4 },
  );
  for (const code of [1002, 1007, 1008, 1009]) {
    expect(seen.get(line.breach(code)), `${code}`).toBeGreaterThan(0);
  }
});
