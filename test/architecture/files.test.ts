/** Architecture: every source file says its role first, and stays small enough to be read at once. */

import { describe, expect, test } from "vitest";
import { readSources } from "./source-files.ts";

const MAX_LINES = 400;

describe.each(readSources())("$path", ({ text }) => {
  test("opens with the comment that says its role", () => {
    expect(text).toMatch(/^\/\*\* \S/);
  });

  test(`has at most ${MAX_LINES} lines`, () => {
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(MAX_LINES);
  });
});
