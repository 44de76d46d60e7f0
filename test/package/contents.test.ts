/** Package: what `npm pack` would publish, and nothing else. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { pack, ROOT } from "./installed-package.ts";

const BUILT = [
  "dist/index.d.cts",
  "dist/index.d.ts",
  "dist/native/index.cjs",
  "dist/native/index.cjs.map",
  "dist/native/index.js",
  "dist/native/index.js.map",
  "dist/node/index.cjs",
  "dist/node/index.cjs.map",
  "dist/node/index.js",
  "dist/node/index.js.map",
  "dist/node/server.cjs",
  "dist/node/server.cjs.map",
  "dist/node/server.js",
  "dist/node/server.js.map",
  "dist/node/shared.cjs",
  "dist/node/shared.cjs.map",
  "dist/node/shared.js",
  "dist/node/shared.js.map",
  "dist/onesocket.iife.min.js",
  "dist/onesocket.iife.min.js.map",
  "dist/server.d.cts",
  "dist/server.d.ts",
  "dist/shared.d.cts",
  "dist/shared.d.ts",
];

const INTENDED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^src\/[a-z0-9./-]+\.ts$/,
  /^docs\/[a-z0-9./-]+\.(md|svg|png)$/,
];

let paths: string[] = [];

beforeAll(async () => {
  paths = (await pack("--dry-run")).files.map((file) => file.path);
});

test("the package contains each built file, and no stale one", () => {
  expect(paths.filter((path) => path.startsWith("dist/")).sort()).toEqual(BUILT);
});

test("the package contains nothing but the build, the sources and the documents", () => {
  const others = paths.filter((path) => !path.startsWith("dist/"));
  expect(others.filter((path) => !INTENDED.some((pattern) => pattern.test(path)))).toEqual([]);
});

test.each(["package.json", "README.md", "LICENSE", "CHANGELOG.md", "src/index.ts"])(
  "the package contains %s",
  (path) => {
    expect(paths).toContain(path);
  },
);

describe.each(BUILT.filter((path) => path.endsWith(".map")))("%s", (path) => {
  const map: { sources: string[]; sourcesContent: string[] } = JSON.parse(
    readFileSync(`${ROOT}${path}`, "utf8"),
  );

  test("carries the source of every file that it names", () => {
    expect(map.sourcesContent).toHaveLength(map.sources.length);
    expect(map.sources).not.toEqual([]);
  });

  test("is named by the file that it belongs to", () => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const code = readFileSync(`${ROOT}${path.slice(0, -".map".length)}`, "utf8");
    expect(code.trimEnd().endsWith(`//# sourceMappingURL=${name}`)).toBe(true);
  });
});
