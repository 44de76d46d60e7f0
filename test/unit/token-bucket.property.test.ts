/** The bucket against its promise over every window, and against a model that counts whole tokens. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "../../src/server/token-bucket.ts";

interface Take {
  readonly waitMs: number;
  readonly count: number;
}

interface Passed {
  readonly atMs: number;
  readonly count: number;
}

/** Takes with pauses between them, and what of them passed. */
function play(bucket: TokenBucket, takes: readonly Take[]): Passed[] {
  let nowMs = 0;
  const passed: Passed[] = [];
  for (const { waitMs, count } of takes) {
    nowMs += waitMs;
    if (bucket.take(count, nowMs)) passed.push({ atMs: nowMs, count });
  }
  return passed;
}

test("over any window no more passes than the burst and the rate for its time", () => {
  const take = fc.record({
    waitMs: fc.double({ min: 0, max: 500, noNaN: true }),
    count: fc.double({ min: 0, max: 20, noNaN: true }),
  });
  const rate = fc.double({ min: 0.1, max: 1000, noNaN: true });
  const burst = fc.double({ min: 1, max: 50, noNaN: true });
  fc.assert(
    fc.property(rate, burst, fc.array(take, { maxLength: 60 }), (perSecond, most, takes) => {
      const passed = play(new TokenBucket(perSecond, most), takes);
      for (const [start, { atMs: fromMs }] of passed.entries()) {
        let total = 0;
        for (const { atMs, count } of passed.slice(start)) {
          total += count;
          const allowed = most + (perSecond * (atMs - fromMs)) / 1000;
          expect(total).toBeLessThanOrEqual(allowed + 1e-6);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("it lets pass just what a model of one token a ms does", () => {
  const take = fc.record({ waitMs: fc.nat(20), count: fc.nat(12) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.array(take), (burst, takes) => {
      const bucket = new TokenBucket(1000, burst);
      let tokens = burst;
      let nowMs = 0;
      for (const { waitMs, count } of takes) {
        nowMs += waitMs;
        tokens = Math.min(burst, tokens + waitMs);
        const passes = count <= tokens;
        expect(bucket.take(count, nowMs)).toBe(passes);
        if (passes) tokens -= count;
        expect(bucket.isFull(nowMs)).toBe(tokens === burst);
      }
    }),
    { numRuns: 1000 },
  );
});
