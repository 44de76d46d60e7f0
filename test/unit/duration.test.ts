import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDuration } from "../../src/base/duration.ts";

describe("parseDuration", () => {
  test.each([
    [0, 0],
    [250, 250],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ["0", 0],
    ["5s", 5000],
    ["1m30s", 90_000],
    ["250ms", 250],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["2h45m", 9_900_000],
    ["1500us", 1.5],
    ["1µs", 0.001],
    ["1μs", 0.001],
    ["1000000ns", 1],
  ])("takes %s as %f ms", (given, ms) => {
    expect(parseDuration(given)).toBeCloseTo(ms, 9);
  });

  test.each([
    -1,
    Number.NaN,
    "",
    "5",
    "s",
    "-5s",
    "5 s",
    "5S",
    "1x",
    "5s,",
    "1h-",
    "-",
    "--",
    null,
    {},
    [],
  ])("takes %j for none", (given) => {
    expect(parseDuration(given) >= 0).toBe(false);
  });

  test("adds up parts of every unit", () => {
    const unit = fc.constantFrom(
      ["h", 3_600_000],
      ["m", 60_000],
      ["s", 1000],
      ["ms", 1],
      ["us", 0.001],
    );
    const part = fc.tuple(fc.nat(1000), unit);
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const text = parts.map(([count, [name]]) => `${count}${name}`).join("");
        const sum = parts.reduce((total, [count, [, ms]]) => total + count * Number(ms), 0);
        expect(parseDuration(text)).toBeCloseTo(sum, 3);
      }),
    );
  });
});
