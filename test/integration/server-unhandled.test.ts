/** Nothing that code of the user throws ends the process: neither as a rejection nor as an exception. */

import { expect, test } from "vitest";
import { runProgram } from "../support/run-program.ts";

test("whatever hooks and handlers throw, no unhandledRejection and no uncaughtException comes of it", async () => {
  const { code, stdout, stderr } = await runProgram("provocations", []);
  expect([code, stderr]).toEqual([0, ""]);
  const { reached, visits, isShown } = JSON.parse(stdout);
  expect(reached).toEqual([]);
  expect(visits).toBe(95);
  expect(isShown).toBe(true);
});
