/** Deflate: what comes out, when the pool is asked for, and what is kept. */

import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { Deflater, POOLED_MESSAGE_BYTES } from "../../src/adapter/deflate.ts";
import { countOwned, MAX_OWNED } from "../../src/adapter/deflate-states.ts";
import { inflateStrictly, settle } from "../support/deflating.ts";

const TAKEOVER = { takeover: true, windowBits: 15 };
const ALONE = { takeover: false, windowBits: 15 };
const MESSAGE = Buffer.from(JSON.stringify(Array.from({ length: 40 }, (_, id) => ({ id }))));
const PROSE = readFileSync(new URL("deflate.test.ts", import.meta.url)).subarray(0, 5_000);

const deflaters: Deflater[] = [];

function createDeflater(...given: ConstructorParameters<typeof Deflater>): Deflater {
  const deflater = new Deflater(...given);
  deflaters.push(deflater);
  return deflater;
}

function bytesOf(deflater: Deflater, message: Uint8Array): number {
  return deflater.deflate(message)?.length ?? Number.NaN;
}

/** A message that says nothing twice. */
function makeNoise(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

afterEach(() => {
  for (const deflater of deflaters.splice(0)) deflater.free();
});

test("an empty message is one byte, whatever was sent before it", () => {
  const deflater = createDeflater(TAKEOVER);
  expect(deflater.deflate(Buffer.alloc(0))).toEqual(Buffer.of(0));
  deflater.deflate(MESSAGE);
  expect(deflater.deflate(Buffer.alloc(0))).toEqual(Buffer.of(0));
});

test("a message that repeats the one before is a few bytes with takeover", () => {
  const deflater = createDeflater(TAKEOVER);
  const first = bytesOf(deflater, MESSAGE);
  expect(first).toBeGreaterThan(50);
  expect(bytesOf(deflater, MESSAGE)).toBeLessThan(20);
});

test("each message is the same without takeover", () => {
  const deflater = createDeflater(ALONE);
  const first = deflater.deflate(MESSAGE);
  expect(first?.length).toBeLessThan(MESSAGE.length / 2);
  deflater.deflate(Buffer.from("something else"));
  expect(deflater.deflate(MESSAGE)).toEqual(first);
});

test("connections without takeover get the same block, and keep no state", () => {
  const before = countOwned();
  expect(createDeflater(ALONE).deflate(MESSAGE)).toEqual(createDeflater(ALONE).deflate(MESSAGE));
  expect(countOwned()).toBe(before);
});

test("a block is not changed by the next message", () => {
  const deflater = createDeflater(TAKEOVER);
  const block = deflater.deflate(MESSAGE);
  const copy = Buffer.from(block ?? "");
  deflater.deflate(makeNoise(5_000));
  expect(block).toEqual(copy);
});

test("a level is heard", () => {
  const bytesAt = (level?: number) => bytesOf(createDeflater(ALONE, level), PROSE);
  expect(bytesAt(0)).toBeGreaterThan(PROSE.length);
  expect(bytesAt(1)).toBeLessThan(PROSE.length);
  expect(bytesAt(9)).toBeLessThan(bytesAt(1));
  expect(bytesAt()).toBe(bytesAt(6));
});

test("a large message is for the pool", async () => {
  const deflater = createDeflater(ALONE);
  const large = makeNoise(POOLED_MESSAGE_BYTES);
  expect(deflater.deflate(large.subarray(1))).not.toBeNull();
  expect(deflater.deflate(large)).toBeNull();
  const block = await settle((done) => deflater.deflateLater(large, done));
  expect(inflateRawSync(Buffer.concat([block, Buffer.of(0, 0, 0xff, 0xff, 3, 0)]))).toEqual(large);
});

test("the state is given up for a message in the pool, and made anew behind it", async () => {
  const deflater = createDeflater(TAKEOVER);
  const first = bytesOf(deflater, MESSAGE);
  await settle((done) => deflater.deflateLater(makeNoise(POOLED_MESSAGE_BYTES), done));
  expect(bytesOf(deflater, MESSAGE)).toBe(first);
});

test("a message finds what it repeats of one before it that is as large", () => {
  const deflater = createDeflater(TAKEOVER);
  deflater.deflate(MESSAGE);
  const large = makeNoise(12_000);
  expect(bytesOf(deflater, large)).toBeGreaterThan(12_000);
  expect(bytesOf(deflater, large)).toBeLessThan(300);
});

test("the window is no larger than agreed upon, however large the messages", async () => {
  const deflater = createDeflater({ takeover: true, windowBits: 9 });
  const blocks = [1, 2].map(() => deflater.deflate(makeNoise(20_000)) ?? Buffer.of());
  expect((await inflateStrictly(blocks, 9)).length).toBe(40_000);
});

test("a state is held once a message was compressed with takeover, until it is freed", () => {
  const before = countOwned();
  const deflater = createDeflater(TAKEOVER);
  expect(countOwned()).toBe(before);
  deflater.deflate(MESSAGE);
  deflater.deflate(MESSAGE);
  expect(countOwned()).toBe(before + 1);
  deflater.free();
  expect(countOwned()).toBe(before);
});

test("one that was freed may be freed again, and compresses afresh", () => {
  const deflater = createDeflater(TAKEOVER);
  const first = deflater.deflate(MESSAGE);
  deflater.free();
  deflater.free();
  expect(deflater.deflate(MESSAGE)).toEqual(first);
});

test("who has not compressed for longest loses its state to one more, and compresses afresh", () => {
  const first = createDeflater(TAKEOVER);
  const longest = createDeflater(TAKEOVER);
  const fresh = bytesOf(first, MESSAGE);
  longest.deflate(MESSAGE);
  for (let count = 2; count < MAX_OWNED; count += 1) createDeflater(TAKEOVER).deflate(MESSAGE);
  expect(bytesOf(first, MESSAGE)).toBeLessThan(20);
  createDeflater(TAKEOVER).deflate(MESSAGE);
  expect(countOwned()).toBe(MAX_OWNED);
  expect(bytesOf(first, MESSAGE)).toBeLessThan(20);
  expect(bytesOf(longest, MESSAGE)).toBe(fresh);
});

test("a state that goes over to an owner with another window or level is of that kind", async () => {
  for (let count = 0; count < MAX_OWNED; count += 1) createDeflater(TAKEOVER).deflate(MESSAGE);
  const noise = makeNoise(1_000);
  const narrow = createDeflater({ takeover: true, windowBits: 9 });
  const blocks = [1, 2].map(() => narrow.deflate(noise) ?? Buffer.of());
  expect((await inflateStrictly(blocks, 9)).length).toBe(2_000);
  expect(bytesOf(createDeflater(TAKEOVER, 0), MESSAGE)).toBeGreaterThan(MESSAGE.length);
  expect(countOwned()).toBe(MAX_OWNED);
});

test("nothing is reported of a message in the pool once it was freed", async () => {
  const dropped = createDeflater(TAKEOVER);
  const reports: string[] = [];
  const large = makeNoise(POOLED_MESSAGE_BYTES);
  dropped.deflateLater(large, () => reports.push("dropped"));
  dropped.free();
  const other = createDeflater(TAKEOVER);
  await settle((done) => other.deflateLater(large, done));
  await settle((done) => other.deflateLater(large, done));
  expect(reports).toEqual([]);
});
