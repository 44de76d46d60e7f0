/** Masking keys: each from crypto, each once, and none left behind. */

import * as crypto from "node:crypto";
import { beforeEach, expect, test, vi } from "vitest";

vi.mock("node:crypto", async (importOriginal) => {
  const original = await importOriginal<typeof crypto>();
  return { ...original, randomFillSync: vi.fn(original.randomFillSync) };
});

const fill = vi.mocked(crypto.randomFillSync);

/** A module of its own, with no keys yet. */
async function freshMasks() {
  vi.resetModules();
  return await import("../../src/adapter/frame-mask.ts");
}

/** What crypto gives from now on, as it was when it was given, and where. */
async function recordFills(): Promise<{ given: number[]; pools: Int32Array[] }> {
  const { randomFillSync } = await vi.importActual<typeof crypto>("node:crypto");
  const given: number[] = [];
  const pools: Int32Array[] = [];
  fill.mockImplementation((pool) => {
    randomFillSync(pool);
    if (!(pool instanceof Int32Array)) throw new Error("keys are words");
    given.push(...pool);
    pools.push(pool);
    return pool;
  });
  return { given, pools };
}

beforeEach(() => {
  fill.mockReset();
});

test("each key is the next word that crypto has given, through several pools", async () => {
  const { nextKey } = await freshMasks();
  const { given } = await recordFills();
  const keys = Array.from({ length: 5000 }, nextKey);
  expect(fill.mock.calls.length).toBeGreaterThan(1);
  expect(keys).toEqual(given.slice(0, keys.length));
});

test("keys differ", async () => {
  const { nextKey } = await freshMasks();
  const keys = Array.from({ length: 5000 }, nextKey);
  // Of 5,000 words two are alike in 3 runs of 1,000, three pairs in none.
  expect(new Set(keys).size).toBeGreaterThan(4997);
});

test("a key that was handed out is not kept", async () => {
  const { nextKey } = await freshMasks();
  const { given, pools } = await recordFills();
  const used = Array.from({ length: 100 }, nextKey);
  const [pool = new Int32Array(0)] = pools;
  expect([...pool.subarray(0, used.length)]).toEqual(used.map(() => 0));
  expect([...pool.subarray(used.length)]).toEqual(given.slice(used.length));
});

test("no memory is asked for before the first key", async () => {
  await freshMasks();
  expect(fill).not.toHaveBeenCalled();
});
