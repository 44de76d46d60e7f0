import fc from "fast-check";
import { expect, test } from "vitest";
import { Fifo } from "../../src/base/fifo.ts";

test("Fifo gives back what a plain array would, over any pushes and shifts", () => {
  const step = fc.oneof(fc.integer(), fc.constant("shift" as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 500 }), (steps) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      for (const next of steps) {
        if (next === "shift") expect(fifo.shift()).toBe(model.shift());
        else {
          fifo.push(next);
          model.push(next);
        }
        expect(fifo.size).toBe(model.length);
      }
    }),
  );
});

test("Fifo stays right when it is long and never quite empty", () => {
  const fifo = new Fifo<number>();
  let next = 0;
  for (let pushed = 0; pushed < 20_000; pushed += 1) {
    fifo.push(pushed);
    if (pushed % 3 !== 0) expect(fifo.shift()).toBe(next++);
  }
  while (fifo.size > 0) expect(fifo.shift()).toBe(next++);
  expect(next).toBe(20_000);
});
