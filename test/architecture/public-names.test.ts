/** Architecture: each public entry is an explicit list, and no name enters or leaves it by accident. */

import { describe, expect, test } from "vitest";
import { PUBLIC_NAMES, SERVER_NAMES } from "./public-names.ts";
import { exportsOf, readSources } from "./source-files.ts";

describe.each([
  ["index.ts", PUBLIC_NAMES],
  ["server/index.ts", SERVER_NAMES],
])("%s", (path, names) => {
  const entry = readSources().find((file) => file.path === path) ?? { path: "", text: "" };

  test("is nothing but a list of names", () => {
    expect(exportsOf(entry).others).toEqual([]);
  });

  test("exports exactly the public runtime names", () => {
    expect([...exportsOf(entry).values].sort()).toEqual([...names].sort());
  });
});
