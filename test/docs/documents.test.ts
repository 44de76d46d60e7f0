/** What README.md and docs/ say there is, is there; and what is there, they name. */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { Connection } from "../../src/connection/connection.ts";
import {
  ByteBuffer,
  Channel,
  CloseCode,
  Compression,
  MessageType,
  WebSocket,
} from "../../src/index.ts";
import { PUBLIC_NAMES } from "../architecture/public-names.ts";
import { readSources } from "../architecture/source-files.ts";
import { fencesOf, ROOT, readDocuments } from "./documents.ts";

const documents = readDocuments();

function textOf(path: string): string {
  return documents.find((document) => document.path === path)?.text ?? "";
}

/** The words that stand in code style: names of members, files, options. */
function codeWords(text: string): Set<string> {
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
  return new Set(spans.flatMap((span) => span.match(/[\w.]+/g) ?? []));
}

/** A word, and what stands behind its last dot. */
function wordAndLast(word: string): (string | undefined)[] {
  return [word, word.split(".").at(-1)];
}

/** The names of an object's own members, as `close` or `WebSocket.make`. */
function membersOf(owner: object): string[] {
  const builtIn = ["constructor", "length", "name", "prototype"];
  return Object.getOwnPropertyNames(owner).filter((name) => !builtIn.includes(name));
}

describe("README.md", () => {
  const words = codeWords(textOf("README.md"));

  test.each([
    ["public name", PUBLIC_NAMES],
    ["member of WebSocket", membersOf(WebSocket.prototype)],
    ["static member of WebSocket", membersOf(WebSocket)],
    ["member of ByteBuffer", membersOf(ByteBuffer.prototype)],
    ["member of Connection", membersOf(Connection.prototype)],
    ["member of Channel", membersOf(Channel.prototype)],
    ["close code", Object.keys(CloseCode)],
    ["compression mode", Object.keys(Compression)],
    ["message type", Object.keys(MessageType)],
  ])("names every %s", (_what, names) => {
    const known = new Set([...words].flatMap(wordAndLast));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test("gives the two commands that the project is started and tested with", () => {
    const commands = fencesOf({ path: "README.md", text: textOf("README.md") })
      .filter((fence) => fence.language === "sh")
      .flatMap((fence) => fence.code.split("\n").map((line) => line.replace(/\s*#.*/, "")));
    expect(commands).toEqual(expect.arrayContaining(["npm ci && npm start", "npm ci && npm test"]));
  });
});

describe("docs/connections.md", () => {
  test("names every member of Connection", () => {
    const words = new Set([...codeWords(textOf("docs/connections.md"))].flatMap(wordAndLast));
    expect(membersOf(Connection.prototype).filter((name) => !words.has(name))).toEqual([]);
  });
});

describe("docs/architecture.md", () => {
  test("has every source file in the table of its layout, and no other", () => {
    const [, layout = ""] = textOf("docs/architecture.md").split(/^## (?:Layout|Floors)$/m);
    const rows = layout.matchAll(/^\| *`([\w./-]+\.ts)` *\|/gm);
    const listed = [...rows].flatMap((match) => match[1] ?? []);
    expect(listed.sort()).toEqual(readSources().map((file) => file.path));
  });
});

describe("links", () => {
  test.each(documents)("those of $path lead to files and headings that exist", ({ path, text }) => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => match[1] ?? []);
    const broken = targets.filter((target) => !leadsSomewhere(path, target));
    expect(broken).toEqual([]);
  });
});

function leadsSomewhere(from: string, target: string): boolean {
  if (/^https:\/\//.test(target)) return true;
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : join(dirname(from), file);
  if (!existsSync(join(ROOT, path))) return false;
  return anchor === undefined || anchorsOf(textOf(path)).includes(anchor);
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].flatMap((match) => match[1] ?? []);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
