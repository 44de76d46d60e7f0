/** Each row of the "Coming from …" tables of README.md is held by a test that is named after it.
 *
 *  A row is named by what stands before the colon of its first cell, where there is one outside of code
 *  (`errors: …`); else by every member in it (`send_binary(data)`, `new WebSocket(…)`). Its tests are titled
 *  `scriptling send_binary: …`, or `scriptling is_text, is_binary: …` for several members. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, readDocuments } from "./documents.ts";

/** Second cells that begin so tell of what is still to come: of nothing that is named here. */
const PLANNED = "not there yet";

/** Rows of the server half, as they are named in the tables. */
const SERVER_ROWS: Readonly<Record<string, readonly string[]>> = {
  Fantom: ["upgrade", "allowedOrigins", "WebSockets", "BedSheet/WebMod server samples"],
  Scriptling: ["runtime.http.websocket", "the chat sample"],
};

const [readme] = readDocuments();
const sections = readme?.text.split(/^## /m) ?? [];
const titles = readTitles();

/** The rows of a table, without its head, as cells. */
function rowsOf(section: string): string[][] {
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What the tests of a row are named after. */
function namesOf(cell: string): string[] {
  const [, label] = /^([^`:]+):/.exec(cell) ?? [];
  if (label !== undefined) return [label];
  const spans = [...cell.matchAll(/(`+)(.+?)\1/g)].map((match) => match[2] ?? "");
  return spans.flatMap((span) => /^(?:new )?[A-Za-z_][\w.]*(?=\(|$| \{)/.exec(span)?.[0] ?? []);
}

/** The starts of all tests' titles that are named after a member: `scriptling receive`. */
function readTitles(): Set<string> {
  const folder = join(ROOT, "test");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".test.ts"));
  const found = new Set<string>();
  for (const file of files) {
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, , language, members = ""] of text.matchAll(/\(\s*(["'`])([a-z]+) ([^:\n]+): /g)) {
      for (const member of members.split(", ")) found.add(`${language} ${member}`);
    }
  }
  return found;
}

describe.each([
  ["Aussom", 13],
  ["Fantom", 11],
  ["Scriptling", 8],
  ["Wippy", 17],
])("Coming from %s", (language, leastRows) => {
  const section = sections.find((text) => text.startsWith(`Coming from ${language}\n`)) ?? "";
  const rows = rowsOf(section).filter(([, here = ""]) => !here.startsWith(PLANNED));

  test("has a table, each row of which has a name", () => {
    expect(rows.length).toBeGreaterThanOrEqual(leastRows);
    expect(rows.filter(([there = ""]) => namesOf(there).length === 0)).toEqual([]);
  });

  test("has a test for each of its rows, named after it", () => {
    const wanted = rows.flatMap(([there = ""]) => namesOf(there));
    const missing = wanted.filter((name) => !titles.has(`${language.toLowerCase()} ${name}`));
    expect(missing).toEqual([]);
  });

  const serverRows = SERVER_ROWS[language] ?? [];

  test.each(serverRows)("has the row of the server half, %s, and a test for it", (name) => {
    expect(rows.flatMap(([there = ""]) => namesOf(there))).toContain(name);
    expect(titles).toContain(`${language.toLowerCase()} ${name}`);
  });
});
