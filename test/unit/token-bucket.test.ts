import { expect, test } from "vitest";
import { TokenBucket } from "../../src/server/token-bucket.ts";

test("take lets the burst pass at once, and no more", () => {
  const bucket = new TokenBucket(1, 3);
  expect([1, 2, 3, 4].map(() => bucket.take(1, 0))).toEqual([true, true, true, false]);
});

test("take lets pass as much as the rate has brought back", () => {
  const bucket = new TokenBucket(10, 2);
  expect(bucket.take(2, 1000)).toBe(true);
  expect(bucket.take(1, 1099)).toBe(false);
  expect(bucket.take(1, 1100)).toBe(true);
  expect(bucket.take(1, 1199)).toBe(false);
  expect(bucket.take(1, 1200)).toBe(true);
});

test("a take that is refused takes nothing", () => {
  const bucket = new TokenBucket(1, 2);
  expect(bucket.take(1, 0)).toBe(true);
  expect(bucket.take(2, 0)).toBe(false);
  expect(bucket.take(1, 0)).toBe(true);
});

test("more than the burst never passes, however long one waits", () => {
  expect(new TokenBucket(100, 5).take(6, 1e9)).toBe(false);
});

test("the burst is one second's worth unless given", () => {
  const bucket = new TokenBucket(5);
  expect(bucket.take(5, 0)).toBe(true);
  expect(bucket.take(1, 0)).toBe(false);
});

test("a rate of Infinity lets everything pass, also where the burst is finite", () => {
  const bucket = new TokenBucket(Number.POSITIVE_INFINITY, 1);
  expect([1, 1e9, 1e300].map((count) => bucket.take(count, 9))).toEqual([true, true, true]);
  expect(bucket.take(1, 0)).toBe(true);
});

test("a clock that goes back lets nothing more pass", () => {
  const bucket = new TokenBucket(1, 1);
  expect(bucket.take(1, 5000)).toBe(true);
  expect(bucket.take(1, 0)).toBe(false);
  expect(bucket.take(1, 5999)).toBe(false);
  expect(bucket.take(1, 6000)).toBe(true);
});

test("isFull is true for a new bucket, and again once all has come back", () => {
  const bucket = new TokenBucket(2, 2);
  expect(bucket.isFull(0)).toBe(true);
  bucket.take(1, 0);
  expect(bucket.isFull(499)).toBe(false);
  expect(bucket.isFull(500)).toBe(true);
});
