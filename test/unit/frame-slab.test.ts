/** The memory that frames are written into, and masked in: shared, and not kept where it is large. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { applyMask } from "../../src/adapter/frame-mask.ts";
import { giveSlab, SLAB_BYTES, takeSlab } from "../../src/adapter/frame-slab.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a slab that was given back is taken again, and held by one at a time", () => {
  const first = takeSlab();
  const second = takeSlab();
  expect(second).not.toBe(first);
  giveSlab(first);
  expect(takeSlab()).toBe(first);
  expect(takeSlab()).not.toBe(first);
  expect(first.length).toBe(SLAB_BYTES);
});

test("of many slabs that are given back a few are kept", () => {
  const slabs = Array.from({ length: 100 }, takeSlab);
  for (const slab of slabs) giveSlab(slab);
  const again = Array.from({ length: 100 }, takeSlab);
  const kept = again.filter((slab) => slabs.includes(slab));
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(50);
});

test("memory of a large message is given up, though it was the last that was masked", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let large: ArrayBuffer | null = new ArrayBuffer(1024 * 1024);
  const memory = new WeakRef(large);
  // A piece of it, too small for native code.
  applyMask(Buffer.from(large), 0, 100, 0x01020304);
  large = null;
  // What a WeakRef has told is kept until the end of the task.
  await turn();
  collect();
  expect(memory.deref()).toBeUndefined();
});
