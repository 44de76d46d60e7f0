/** Architecture: the error codes of the sources and of docs/errors.md are the same.
 *  The document lists a code as a heading or in the first cell of a table's row. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorCodesOf, readSources } from "./source-files.ts";

function sortedSet(codes: Iterable<string>): string[] {
  return [...new Set(codes)].sort();
}

function documentedCodes(): string[] {
  const text = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
  const entries = text.matchAll(/^(?:#+ |\| *)`?(ERR_[A-Z0-9_]+)/gm);
  return sortedSet([...entries].flatMap((match) => match[1] ?? []));
}

test("every code that the library throws is documented, and every documented one is thrown", () => {
  const thrown = sortedSet(readSources().flatMap(errorCodesOf));
  expect(thrown).not.toEqual([]);
  expect(documentedCodes()).toEqual(thrown);
});
