/** Inflate window: what is remembered of what came out. */

import { createInflateRaw, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InflateWindow } from "../../src/adapter/inflate-window.ts";

test("it holds the last bytes of all that was pushed, and no more than its window", () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 700, size: "max" }), {
    maxLength: 40,
    size: "max",
  });
  fc.assert(
    fc.property(parts, fc.constantFrom(256, 512, 1_024, 32_768), (pushed, maxBytes) => {
      const window = new InflateWindow(maxBytes);
      for (const part of pushed) window.push(part);
      const expected = Buffer.concat(pushed).subarray(-maxBytes);
      expect(window.bytes.equals(expected)).toBe(true);
      expect(window.size).toBe(expected.length);
      expect(window.block.buffer.byteLength).toBeLessThanOrEqual(maxBytes + 5);
    }),
  );
});

test("its block is what zlib reads as those bytes, up to the largest window", () => {
  const window = new InflateWindow(32_768);
  for (const size of [1, 300, 32_000, 500, 40_000]) {
    window.push(Buffer.alloc(size, `${size}`));
    const block = Buffer.concat([window.block, Buffer.of(3, 0)]);
    expect(inflateRawSync(block).equals(window.bytes)).toBe(true);
  }
});

test("it takes no more memory than twice what was pushed", () => {
  const window = new InflateWindow(32_768);
  window.push(Buffer.alloc(100));
  expect(window.block.buffer.byteLength).toBeLessThan(210);
  window.push(Buffer.alloc(1));
  expect(window.block.buffer.byteLength).toBeLessThan(210);
});

test("a window of nothing is an empty dictionary", () => {
  expect(new InflateWindow(512).bytes.length).toBe(0);
  expect(() =>
    createInflateRaw({ dictionary: new InflateWindow(512).bytes }).close(),
  ).not.toThrow();
});
