import fc from "fast-check";
import { expect, test } from "vitest";
import { Frame } from "../../src/adapter/ws-frame.ts";
import { Backlog } from "../../src/server/backlog.ts";

const frameOf = (bytes: number): Frame => new Frame("x".repeat(bytes));

/** Takes all that there is. */
function drain(backlog: Backlog): Frame[] {
  const frames: Frame[] = [];
  for (let next = backlog.shift(); next; next = backlog.shift()) frames.push(next);
  return frames;
}

test("an empty backlog has nothing to take", () => {
  expect(new Backlog(10).shift()).toBeUndefined();
});

test("messages come out in the order in which they went in", () => {
  const backlog = new Backlog(10);
  const frames = [frameOf(3), frameOf(0), frameOf(7)];
  for (const frame of frames) expect(backlog.push(frame)).toBe(0);
  expect(drain(backlog)).toEqual(frames);
});

test("the oldest make room for the newest, as many as it takes", () => {
  const backlog = new Backlog(10);
  const [first, second, third, newest] = [frameOf(4), frameOf(4), frameOf(2), frameOf(7)];
  for (const frame of [first, second, third]) expect(backlog.push(frame)).toBe(0);
  expect(backlog.push(newest)).toBe(2);
  expect(drain(backlog)).toEqual([third, newest]);
});

test("the newest is kept, however large, and alone", () => {
  const backlog = new Backlog(10);
  const huge = frameOf(1000);
  expect(backlog.push(frameOf(1))).toBe(0);
  expect(backlog.push(huge)).toBe(1);
  expect(drain(backlog)).toEqual([huge]);
});

test("one that may hold nothing holds the newest message", () => {
  const backlog = new Backlog(0);
  const newest = frameOf(1);
  expect(backlog.push(frameOf(1))).toBe(0);
  expect(backlog.push(newest)).toBe(1);
  expect(drain(backlog)).toEqual([newest]);
});

test("what was taken makes room", () => {
  const backlog = new Backlog(10);
  backlog.push(frameOf(10));
  backlog.shift();
  expect(backlog.push(frameOf(10))).toBe(0);
});

test("over any pushes and takes nothing is lost uncounted, and the limit holds", () => {
  const step = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant("shift" as const));
  const steps = fc.array(step, { maxLength: 200, size: "max" });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), steps, (maxBytes, taken) => {
      const backlog = new Backlog(maxBytes);
      let model: Frame[] = [];
      for (const next of taken) {
        if (next === "shift") expect(backlog.shift()).toBe(model.shift());
        else {
          const frame = frameOf(next);
          const dropped = backlog.push(frame);
          const before = [...model, frame];
          model = before.slice(dropped);
          const bytesFrom = (index: number): number =>
            before.slice(index).reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
          expect(bytesFrom(dropped) <= maxBytes || model.length === 1).toBe(true);
          // Not one more than it took.
          expect(dropped === 0 || bytesFrom(dropped - 1) > maxBytes).toBe(true);
        }
      }
      expect(drain(backlog)).toEqual(model);
    }),
    { seed: 4 },
  );
});
