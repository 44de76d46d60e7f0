import { expect, test } from "vitest";
import { isSocketError, SocketError } from "../../src/errors.ts";

const error = new SocketError("TIMEOUT", "too late", { code: "ERR_DIAL_TIMEOUT" });

test("isSocketError knows the class, and the kind where one is asked for", () => {
  expect([
    isSocketError(error),
    isSocketError(error, "TIMEOUT"),
    isSocketError(error, "INVALID"),
  ]).toEqual([true, true, false]);
});

test("isSocketError knows an error of another copy or realm by its name and kind", () => {
  expect(isSocketError({ name: "SocketError", kind: "INVALID" }, "INVALID")).toBe(true);
});

test("isSocketError takes nothing else for one", () => {
  for (const other of [null, undefined, "text", 1, new Error("x"), { name: "SocketError" }]) {
    expect(isSocketError(other)).toBe(false);
  }
});
