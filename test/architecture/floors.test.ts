/** Architecture: the floors and the absence of cycles, on the library's own sources. */

import { expect, test } from "vitest";
import { checkFloors, findCycles } from "./floors.ts";
import { readSources } from "./source-files.ts";

const sources = readSources();

test("the sources are found", () => {
  expect(sources.map((file) => file.path)).toContain("index.ts");
});

test("every file stands in a room and imports only what its room may see", () => {
  expect(checkFloors(sources)).toEqual([]);
});

test("no imports form a cycle, not even of types", () => {
  expect(findCycles(sources)).toEqual([]);
});
