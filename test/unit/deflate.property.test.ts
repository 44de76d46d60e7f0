/** Compression, against itself, `ws` and zlib: whatever was agreed upon, and whatever is sent. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { Deflater, POOLED_MESSAGE_BYTES } from "../../src/adapter/deflate.ts";
import type { DeflateDirection } from "../../src/adapter/extensions.ts";
import { Inflater, POOLED_OUTPUT_BYTES } from "../../src/adapter/inflate.ts";
import { deflateByWs, inflateByWs, inflateStrictly, settle } from "../support/deflating.ts";

const LIMIT = 1_000_000;
const RUNS = { numRuns: 60, seed: 5 };

const terms = fc.record({ takeover: fc.boolean(), windowBits: fc.integer({ min: 8, max: 15 }) });
const level = fc.constantFrom(-1, 0, 1, 6, 9);

const length = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      POOLED_MESSAGE_BYTES - 1,
      POOLED_MESSAGE_BYTES,
      65_536,
      POOLED_OUTPUT_BYTES,
      POOLED_OUTPUT_BYTES + 1,
    ),
  },
);

/** Of few words, so that messages repeat each other, from near and from far; or of noise. */
const message = fc
  .tuple(length, fc.nat(), fc.constantFrom(2, 50, 500, 1e9))
  .map(([size, seed, words]) => makeMessage(size, seed, words));
const messages = fc.array(message, { minLength: 1, maxLength: 30, size: "max" });

function makeMessage(size: number, seed: number, words: number): Buffer {
  const bytes = Buffer.alloc(size + 16);
  let state = seed | 1;
  for (let at = 0; at < size; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    at += bytes.write(`${((state >> 8) % words).toString(36)},`, at, "latin1");
  }
  return bytes.subarray(0, size);
}

async function deflateAll(
  sent: readonly Buffer[],
  way: DeflateDirection,
  effort: number,
): Promise<Buffer[]> {
  const deflater = new Deflater(way, effort);
  const blocks: Buffer[] = [];
  for (const one of sent) {
    const block = deflater.deflate(one);
    blocks.push(block ?? (await settle((done) => deflater.deflateLater(one, done))));
  }
  deflater.free();
  return blocks;
}

async function inflateAll(blocks: readonly Buffer[], way: DeflateDirection): Promise<Buffer[]> {
  const inflater = new Inflater(way);
  const received: Buffer[] = [];
  for (const block of blocks) {
    const one = inflater.inflate(block, LIMIT);
    received.push(one ?? (await settle((done) => inflater.inflateLater(block, LIMIT, done))));
  }
  inflater.free();
  return received;
}

/** Not toEqual, which takes its time over each byte. */
function expectSame(received: readonly Buffer[], sent: readonly Buffer[]): void {
  expect(received.map((one) => one.length)).toEqual(sent.map((one) => one.length));
  expect(received.every((one, index) => sent[index]?.equals(one))).toBe(true);
}

test("what was deflated is inflated to the same, whatever was agreed upon", async () => {
  await fc.assert(
    fc.asyncProperty(messages, terms, level, async (sent, way, effort) => {
      expectSame(await inflateAll(await deflateAll(sent, way, effort), way), sent);
    }),
    RUNS,
  );
}, 120_000);

test("ws inflates what was deflated", async () => {
  await fc.assert(
    fc.asyncProperty(messages, terms, level, async (sent, way, effort) => {
      expectSame(await inflateByWs(await deflateAll(sent, way, effort), way), sent);
    }),
    RUNS,
  );
}, 120_000);

test("what ws deflated is inflated to the same", async () => {
  await fc.assert(
    fc.asyncProperty(messages, terms, async (sent, way) => {
      expectSame(await inflateAll(await deflateByWs(sent, way), way), sent);
    }),
    RUNS,
  );
}, 120_000);

test("nothing that was deflated reaches back beyond the window, even one of 8 bits", async () => {
  await fc.assert(
    fc.asyncProperty(messages, terms, level, async (sent, way, effort) => {
      const received = await inflateStrictly(await deflateAll(sent, way, effort), way.windowBits);
      expect(received.equals(Buffer.concat(sent))).toBe(true);
    }),
    { ...RUNS, numRuns: 30 },
  );
}, 120_000);

test("the pool inflates just what is inflated in the call", async () => {
  await fc.assert(
    fc.asyncProperty(messages, terms, async (sent, way) => {
      const inflater = new Inflater(way);
      const received: Buffer[] = [];
      for (const block of await deflateAll(sent, way, -1)) {
        received.push(await settle((done) => inflater.inflateLater(block, LIMIT, done)));
      }
      expectSame(received, sent);
    }),
    RUNS,
  );
}, 120_000);

test("data that is damaged or cut short is an error or another message, in the call and in the pool", async () => {
  const way = { takeover: false, windowBits: 15 };
  const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), keep: fc.nat() });
  await fc.assert(
    fc.asyncProperty(message, damage, async (one, { at, byte, keep }) => {
      const [block = Buffer.of()] = await deflateByWs([one.subarray(0, 3_000)], way);
      const bad = Buffer.from(block.subarray(0, 1 + (keep % block.length)));
      bad[at % bad.length] = byte;
      const later = await settle((done) => new Inflater(way).inflateLater(bad, LIMIT, done)).catch(
        (error: Error) => error.message,
      );
      const atOnce = tryInflate(bad, way);
      // What is out of the ordinary is for the pool to judge.
      if (atOnce !== null) expect(String(atOnce)).toBe(String(later));
    }),
    { numRuns: 500, seed: 5 },
  );
}, 120_000);

function tryInflate(block: Buffer, way: DeflateDirection): Buffer | string | null {
  try {
    return new Inflater(way).inflate(block, LIMIT);
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}
