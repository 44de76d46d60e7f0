import { expect, test } from "vitest";
import { Turn } from "../../src/adapter/turn.ts";

/** A turn whose runs are called by hand, and whom it acted on. */
function createTurn(act: (subject: string) => void = () => {}) {
  const runs: (() => void)[] = [];
  const done: string[] = [];
  const turn = new Turn<string>(
    (run) => runs.push(run),
    (subject) => {
      done.push(subject);
      act(subject);
    },
  );
  return { turn, runs, done };
}

test("a turn is scheduled once for all that are added, and acts on them in order", () => {
  const { turn, runs, done } = createTurn();
  for (const subject of ["a", "b", "c"]) turn.add(subject);
  expect(runs).toHaveLength(1);
  expect(done).toEqual([]);
  runs[0]?.();
  expect(done).toEqual(["a", "b", "c"]);
});

test("what is added while a turn runs has a turn of its own", () => {
  const { turn, runs, done } = createTurn((subject) => {
    if (subject === "a") turn.add("added");
  });
  turn.add("a");
  turn.add("b");
  runs[0]?.();
  expect(done).toEqual(["a", "b"]);
  expect(runs).toHaveLength(2);
  runs[1]?.();
  expect(done).toEqual(["a", "b", "added"]);
});

test("a turn that has run is scheduled anew by the next that is added", () => {
  const { turn, runs, done } = createTurn();
  turn.add("a");
  runs[0]?.();
  turn.add("b");
  runs[1]?.();
  expect(done).toEqual(["a", "b"]);
});

test("one that throws does not take their turn from the others, and its error gets out", () => {
  const { turn, runs, done } = createTurn((subject) => {
    if (subject.startsWith("bad")) throw new Error(subject);
  });
  for (const subject of ["a", "bad 1", "b", "bad 2", "c"]) turn.add(subject);
  expect(runs[0]).toThrow("bad 1");
  expect(runs[1]).toThrow("bad 2");
  runs[2]?.();
  expect(done).toEqual(["a", "bad 1", "b", "bad 2", "c"]);
  expect(runs).toHaveLength(3);
});

test("the last one that throws leaves nothing to be scheduled", () => {
  const { turn, runs } = createTurn(() => {
    throw new Error("the last");
  });
  turn.add("bad");
  expect(runs[0]).toThrow("the last");
  expect(runs).toHaveLength(1);
});
