/** Package: the soak itself works: a few seconds of it pass, and a wrong call is told of. */

import { expect, test } from "vitest";
import { ROOT } from "./installed-package.ts";
import { run } from "./run.ts";

const SOAK = ["--expose-gc", "bench/soak.mjs"];

test("a short soak with few connections passes, and prints its figures", async () => {
  const flags = ["--seconds", "2", "--connections", "100"];
  const { code, stdout, stderr } = await run(process.execPath, [...SOAK, ...flags], ROOT);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/connections in all/);
  expect(stdout).toMatch(/passed\n$/);
}, 60_000);

test("a soak of no seconds is refused", async () => {
  const { code, stderr } = await run(process.execPath, [...SOAK, "--seconds", "0"], ROOT);
  expect([code, stderr]).toEqual([
    2,
    "soak: --seconds and --connections must be over 0, --seed a whole number\n",
  ]);
});
