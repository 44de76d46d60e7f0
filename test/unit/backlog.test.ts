import fc from "fast-check";
import { expect, test } from "vitest";
import { Frame } from "../../src/adapter/frame-batch.ts";
import { MESSAGE_OVERHEAD_BYTES } from "../../src/adapter/output.ts";
import { Backlog, type Held } from "../../src/server/backlog.ts";

const heldOf = (bytes: number, topic: string | null = null): Held => ({
  frame: new Frame("x".repeat(bytes)),
  topic,
});

/** The limit that is reached by so many messages of so many bytes together. */
const room = (messages: number, bytes: number): number => messages * MESSAGE_OVERHEAD_BYTES + bytes;

/** Takes all that there is. */
function drain(backlog: Backlog): Held[] {
  const taken: Held[] = [];
  for (let next = backlog.shift(); next; next = backlog.shift()) taken.push(next);
  return taken;
}

test("an empty backlog has nothing to take", () => {
  const backlog = new Backlog(10);
  expect(backlog.shift()).toBeUndefined();
  expect(backlog.size).toBe(0);
});

test("messages come out in the order in which they went in, each with its topic", () => {
  const backlog = new Backlog(room(3, 10));
  const held = [heldOf(3, "a"), heldOf(0), heldOf(7, "b")];
  for (const each of held) expect(backlog.push(each)).toEqual([]);
  expect(backlog.size).toBe(3);
  expect(drain(backlog)).toEqual(held);
  expect(backlog.size).toBe(0);
});

test("the oldest make room for the newest, as many as it takes, and are handed back", () => {
  const backlog = new Backlog(room(2, 10));
  const [first, second, newest] = [heldOf(4, "a"), heldOf(4), heldOf(7, "b")];
  for (const each of [first, second]) expect(backlog.push(each)).toEqual([]);
  const dropped = backlog.push(newest);
  expect(dropped).toHaveLength(2);
  expect(dropped[0]).toBe(first);
  expect(dropped[1]).toBe(second);
  expect(drain(backlog)).toEqual([newest]);
});

test("a message counts with what it takes itself, so that empty ones fill it, too", () => {
  const backlog = new Backlog(room(3, 0));
  const held = [heldOf(0), heldOf(0), heldOf(0)];
  for (const each of held) expect(backlog.push(each)).toEqual([]);
  const [oldest] = backlog.push(heldOf(0));
  expect(oldest).toBe(held[0]);
  expect(backlog.size).toBe(3);
});

test("the newest is kept, however large, and alone", () => {
  const backlog = new Backlog(10);
  const [small, huge] = [heldOf(1), heldOf(1000)];
  expect(backlog.push(small)).toEqual([]);
  expect(backlog.push(huge)).toEqual([small]);
  expect(drain(backlog)).toEqual([huge]);
});

test("one that may hold nothing holds the newest message", () => {
  const backlog = new Backlog(0);
  const [oldest, newest] = [heldOf(1), heldOf(2)];
  expect(backlog.push(oldest)).toEqual([]);
  expect(backlog.push(newest)).toEqual([oldest]);
  expect(drain(backlog)).toEqual([newest]);
});

test("what was taken makes room", () => {
  const backlog = new Backlog(room(1, 10));
  backlog.push(heldOf(10));
  backlog.shift();
  expect(backlog.push(heldOf(10))).toEqual([]);
});

test("over any pushes and takes nothing is lost uncounted, and the limit holds", () => {
  const step = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.constant("shift" as const));
  const steps = fc.array(step, { maxLength: 200, size: "max" });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2000 }), steps, (maxBytes, taken) => {
      const backlog = new Backlog(maxBytes);
      let model: Held[] = [];
      for (const next of taken) {
        if (next === "shift") expect(backlog.shift()).toBe(model.shift());
        else {
          const held = heldOf(next);
          const dropped = backlog.push(held);
          const before = [...model, held];
          expect(dropped).toEqual(before.slice(0, dropped.length));
          model = before.slice(dropped.length);
          const bytesFrom = (index: number): number =>
            before
              .slice(index)
              .reduce((sum, { frame }) => sum + frame.payloadBytes + MESSAGE_OVERHEAD_BYTES, 0);
          expect(bytesFrom(dropped.length) <= maxBytes || model.length === 1).toBe(true);
          // Not one more than it took.
          expect(dropped.length === 0 || bytesFrom(dropped.length - 1) > maxBytes).toBe(true);
          expect(backlog.size).toBe(model.length);
        }
      }
      expect(drain(backlog)).toEqual(model);
    }),
    { seed: 4 },
  );
});
