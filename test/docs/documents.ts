/** The documents that people read first, and the code in them.
 *  Every fence is found, whatever its language: none can be left out by a typing error. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A fenced block of a document. */
export interface Fence {
  /** Relative to the project, as `docs/errors.md`. */
  readonly path: string;
  /** The line of its opening, from 1 on. */
  readonly line: number;
  /** What stands behind the opening, or `""`. */
  readonly language: string;
  readonly code: string;
}

/** A document; `path` is relative to the project. */
export interface Document {
  readonly path: string;
  readonly text: string;
}

/** Reads README.md and every document of docs/. */
export function readDocuments(): Document[] {
  const names = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" });
  const paths = names.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
  return ["README.md", ...paths.sort()].map((path) => ({
    path,
    text: readFileSync(join(ROOT, path), "utf8"),
  }));
}

/**
 * The fenced blocks of a document, in order.
 *
 * @throws {Error} when one is never closed
 */
export function fencesOf({ path, text }: Document): Fence[] {
  const fences: Fence[] = [];
  let open: { mark: string; line: number; language: string; lines: string[] } | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const [, mark = "", language = ""] =
      /^[\s>]*(?:[-*]\s+)?(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line) ?? [];
    if (open === null) {
      if (mark !== "") open = { mark, line: index + 1, language, lines: [] };
    } else if (mark.startsWith(open.mark) && language === "") {
      const { line: start, language: name, lines } = open;
      fences.push({ path, line: start, language: name, code: lines.join("\n") });
      open = null;
    } else open.lines.push(line);
  }
  if (open !== null) throw new Error(`${path}:${open.line}: the fence is never closed`);
  return fences;
}

/** The lines that an example says it prints: what stands behind each `// -> `, in order. */
export function promisedOutput(code: string): string[] {
  return [...code.matchAll(/\/\/ -> (.*)$/gm)].map((match) => match[1] ?? "");
}
