import { describe, expect, test } from "vitest";
import { checkCloseArguments } from "../../src/base/close-arguments.ts";

describe("checkCloseArguments", () => {
  test.each([
    [1000, 1000],
    ["3000", 3000],
    [2999.5, 3000],
    [3000.5, 3000],
    [3001.5, 3002],
    [4999.4, 4999],
  ])("converts %s to %i as Web IDL clamps it", (code, sent) => {
    expect(checkCloseArguments(code, "")).toBe(sent);
  });

  test.each([999, 1001, 2999.4, 4999.6, 1e9, -1e9, "x", null, undefined, {}])(
    "refuses %s, naming it",
    (code) => {
      expect(() => checkCloseArguments(code, "")).toThrow(`code ${code} is not 1000 or 3000..4999`);
    },
  );

  test("counts the reason in bytes of UTF-8", () => {
    expect(checkCloseArguments(1000, "ü".repeat(61))).toBe(1000);
    expect(() => checkCloseArguments(1000, "ü".repeat(62))).toThrow("124 bytes, at most 123");
  });
});
