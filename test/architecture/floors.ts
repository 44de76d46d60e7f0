/** The floors of the library: which room a file stands in, and which rooms and packages it may import.
 *  `docs/architecture.md` explains them; this table is what holds. */

import { posix } from "node:path";
import { importsOf, type SourceFile } from "./source-files.ts";

interface Room {
  readonly name: string;
  readonly files: RegExp;
  /** Names of the rooms that it may import, besides itself. */
  readonly sees: readonly string[];
}

const GROUND = ["constants", "errors", "base"];
const FLOOR_1 = [...GROUND, "buffer", "policy", "events"];
const FLOOR_3 = [...FLOOR_1, "adapter"];

const ROOMS: readonly Room[] = [
  { name: "constants", files: /^constants\.ts$/, sees: GROUND },
  { name: "errors", files: /^errors\.ts$/, sees: GROUND },
  { name: "base", files: /^base\//, sees: GROUND },
  { name: "buffer", files: /^buffer\.ts$/, sees: GROUND },
  { name: "policy", files: /^policy\//, sees: GROUND },
  { name: "events", files: /^events\//, sees: GROUND },
  { name: "adapter", files: /^adapter\//, sees: [...GROUND, "buffer"] },
  {
    name: "websocket",
    files: /^(websocket|lifecycle|dispatch|link)\.ts$/,
    sees: FLOOR_3,
  },
  { name: "connection", files: /^connection\//, sees: [...FLOOR_1, "websocket"] },
  {
    name: "entry",
    files: /^(server\/)?index\.ts$/,
    sees: [...FLOOR_3, "websocket", "connection", "server"],
  },
  { name: "server", files: /^server\//, sees: [...FLOOR_3, "websocket", "connection"] },
];

/** Who may import which package; `node:` stands for all modules of Node. */
const PACKAGES: ReadonlyMap<string, RegExp> = new Map([
  ["eventemitter3", /^events\/emitter\.ts$/],
  ["isomorphic-ws", /^adapter\/default\.[a-z]+\.ts$/],
  ["ws", /^adapter\/ws[a-z-]*\.ts$/],
  ["proxy-addr", /^server\/client-address\.ts$/],
  ["path-to-regexp", /^server\/routes\.ts$/],
  [
    "node:",
    /^(adapter\/((ws|frame|deflate|inflate)[a-z0-9-]*|client-handshake|private-networks|default\.node)\.ts|server\/.*)$/,
  ],
]);

/** What the subpath imports of package.json may resolve to. */
const SUBPATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ["#default-dialer", ["adapter/default.node.ts", "adapter/default.native.ts"]],
  ["#session", ["connection/session.node.ts", "connection/session.native.ts"]],
  ["#events", ["events/platform.node.ts", "events/platform.native.ts"]],
]);

/** The files of `src/` that `specifier` may resolve to; undefined for a package. */
function targetsOf(path: string, specifier: string): readonly string[] | undefined {
  if (specifier.startsWith(".")) return [posix.join(posix.dirname(path), specifier)];
  return SUBPATHS.get(specifier);
}

function checkTarget(from: string, to: string, known: ReadonlySet<string>): string[] {
  if (!known.has(to)) return [`${from} imports ${to}, which is no file of src/`];
  const room = ROOMS.find((candidate) => candidate.files.test(from));
  const target = ROOMS.find((candidate) => candidate.files.test(to));
  if (room === undefined || target === undefined) return [];
  const isAllowed = room.sees.includes(target.name) || (room === target && target.name !== "entry");
  return isAllowed ? [] : [`${from} (${room.name}) imports ${to} (${target.name})`];
}

function checkPackage(from: string, specifier: string): string[] {
  const allowed = PACKAGES.get(specifier.startsWith("node:") ? "node:" : specifier);
  if (allowed === undefined) return [`${from} imports ${specifier}, which no file may import`];
  return allowed.test(from) ? [] : [`${from} imports ${specifier}`];
}

/** Says of every import whether it stays on lower floors; an empty list when all do. */
export function checkFloors(files: readonly SourceFile[]): string[] {
  const known = new Set(files.map((file) => file.path));
  return files.flatMap((file) => {
    const isPlaced = ROOMS.some((room) => room.files.test(file.path));
    const violations = isPlaced ? [] : [`${file.path} stands in no room`];
    for (const specifier of importsOf(file)) {
      const targets = targetsOf(file.path, specifier);
      if (targets === undefined) violations.push(...checkPackage(file.path, specifier));
      else violations.push(...targets.flatMap((to) => checkTarget(file.path, to, known)));
    }
    return violations;
  });
}

/** The cycles among the imports, types included, each as `a → b → a`. */
export function findCycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(files.map((file) => [file.path, neighboursOf(file)]));
  const cycles: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(" → "));
    if (start >= 0 || finished.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

function neighboursOf(file: SourceFile): string[] {
  return importsOf(file).flatMap((specifier) => targetsOf(file.path, specifier) ?? []);
}
