import fc from "fast-check";
import { expect, test } from "vitest";
import { Stats } from "../../src/server/stats.ts";

const NOTHING = {
  open: 0,
  accepted: 0,
  refused: {},
  messagesIn: 0,
  bytesIn: 0,
  messagesOut: 0,
  bytesOut: 0,
  dropped: 0,
  closed: {},
  unsentBytes: 0,
};

test("snapshot of a server that did nothing is all zeros", () => {
  expect(new Stats().snapshot(0)).toEqual(NOTHING);
});

test("countAccepted counts one that is open", () => {
  const stats = new Stats();
  stats.countAccepted();
  stats.countAccepted();
  expect(stats.snapshot(0)).toEqual({ ...NOTHING, open: 2, accepted: 2 });
});

test("countClosed takes it off the open ones, and counts by close code", () => {
  const stats = new Stats();
  for (const code of [1000, 1006, 1000]) {
    stats.countAccepted();
    stats.countClosed(code);
  }
  expect(stats.snapshot(0)).toEqual({ ...NOTHING, accepted: 3, closed: { 1000: 2, 1006: 1 } });
});

test("countRefused counts by code, and nothing else", () => {
  const stats = new Stats();
  for (const code of ["ERR_ORIGIN", "ERR_NO_ROUTE", "ERR_ORIGIN"]) stats.countRefused(code);
  expect(stats.snapshot(0)).toEqual({ ...NOTHING, refused: { ERR_ORIGIN: 2, ERR_NO_ROUTE: 1 } });
});

test("countDropped counts one, or as many as it is told", () => {
  const stats = new Stats();
  stats.countDropped();
  stats.countDropped(5);
  expect(stats.snapshot(0).dropped).toBe(6);
});

test("snapshot has what was counted up in traffic, and the bytes it is given", () => {
  const stats = new Stats();
  stats.traffic.messagesIn += 1;
  stats.traffic.bytesIn += 20;
  stats.traffic.messagesOut += 3;
  stats.traffic.bytesOut += 400;
  expect(stats.snapshot(50)).toEqual({
    ...NOTHING,
    messagesIn: 1,
    bytesIn: 20,
    messagesOut: 3,
    bytesOut: 400,
    unsentBytes: 50,
  });
});

test("a snapshot is untouched by what comes later", () => {
  const stats = new Stats();
  const before = stats.snapshot(0);
  stats.countAccepted();
  stats.countClosed(1000);
  stats.countRefused("ERR_ORIGIN");
  stats.traffic.messagesIn += 1;
  expect(before).toEqual(NOTHING);
});

test("a snapshot is frozen, its records too, and plain enough for JSON", () => {
  const stats = new Stats();
  stats.countRefused("ERR_ORIGIN");
  stats.countAccepted();
  stats.countClosed(1000);
  const snapshot = stats.snapshot(7);
  expect([snapshot, snapshot.refused, snapshot.closed].map(Object.isFrozen)).toEqual([
    true,
    true,
    true,
  ]);
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
});

test("accepted is what is open and what has closed, after any comings and goings", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0, 1000, 1001, 1006)), (steps) => {
      const stats = new Stats();
      for (const step of steps) {
        const { open } = stats.snapshot(0);
        if (step === 0) stats.countAccepted();
        else if (open > 0) stats.countClosed(step);
      }
      const { accepted, open, closed } = stats.snapshot(0);
      const ended = Object.values(closed).reduce((sum, count) => sum + count, 0);
      expect(accepted).toBe(steps.filter((step) => step === 0).length);
      expect(open + ended).toBe(accepted);
      expect(open).toBeGreaterThanOrEqual(0);
    }),
  );
});
