/** Architecture: the public entry is an explicit list, and no name enters or leaves it by accident. */

import { expect, test } from "vitest";
import { PUBLIC_NAMES } from "./public-names.ts";
import { exportsOf, readSources } from "./source-files.ts";

const entry = readSources().find((file) => file.path === "index.ts") ?? { path: "", text: "" };

test("index.ts is nothing but a list of names", () => {
  expect(exportsOf(entry).others).toEqual([]);
});

test("index.ts exports exactly the public runtime names", () => {
  expect([...exportsOf(entry).values].sort()).toEqual([...PUBLIC_NAMES].sort());
});
