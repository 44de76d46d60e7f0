import { describe, expect, test } from "vitest";
import { checkCloseArguments, checkCloseFrame } from "../../src/base/close-arguments.ts";

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

describe("checkCloseFrame", () => {
  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999])(
    "%i may be sent",
    (code) => {
      expect(() => checkCloseFrame(code, "")).not.toThrow();
    },
  );

  test.each([
    0,
    999,
    1004,
    1005,
    1006,
    1015,
    1016,
    2999,
    5000,
    1000.5,
    -1000,
    66_536,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])("%d may not, and the error names it", (code) => {
    const act = (): void => checkCloseFrame(code, "");
    expect(act).toThrow(`code is ${code}, must be 1000..1003, 1007..1014 or 3000..4999`);
    const error = { kind: "INVALID", code: "ERR_INVALID_CLOSE", retryable: false };
    expect(act).toThrow(expect.objectContaining({ ...error, details: { code } }));
  });

  test("counts the reason in bytes of UTF-8, and does not show it", () => {
    expect(() => checkCloseFrame(1001, "ü".repeat(61))).not.toThrow();
    const act = (): void => checkCloseFrame(1001, "ü".repeat(62));
    expect(act).toThrow("WebSocket.close: reason has 124 bytes, at most 123");
    const error = { kind: "INVALID", code: "ERR_INVALID_CLOSE", details: { code: 1001 } };
    expect(act).toThrow(expect.objectContaining(error));
  });
});
