/** Holds the limits of what a page has to load: minified, then gzipped as a server would.
 *  It measures the built package in `dist/`, so build first. */

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { rollup } from "rollup";
import { TERSER_OPTIONS } from "./terser-options.mjs";

/** Each limit is in bytes after gzip. */
const LIMITS = [
  {
    what: "import { WebSocket, ByteBuffer }",
    maxBytes: 4000,
    read: () => bundle('export { WebSocket, ByteBuffer } from "./dist/native/index.js";'),
  },
  {
    what: "import { connect }",
    maxBytes: 9_900,
    read: () => bundle('export { connect } from "./dist/native/index.js";'),
  },
  {
    // The goal is 8,000; this holds what has been reached on the way there.
    what: "onesocket.iife.min.js, everything",
    maxBytes: 11_700,
    read: () =>
      readFileSync("dist/onesocket.iife.min.js", "utf8").replace(/\/\/# source.*\n?$/, ""),
  },
];

const ENTRY = "size-entry.mjs";

/** A module that exists only as text, as a program that uses the package would have it. */
function virtualEntry(source) {
  return {
    name: "virtual-entry",
    resolveId: (id) => (id === ENTRY ? `${process.cwd()}/${ENTRY}` : null),
    load: (id) => (id.endsWith(`/${ENTRY}`) ? source : null),
  };
}

/** What a bundler would make of `source` for a page: dependencies inlined, the unused dropped, minified. */
async function bundle(source) {
  const build = await rollup({
    input: ENTRY,
    plugins: [
      virtualEntry(source),
      nodeResolve({ browser: true }),
      commonjs({ strictRequires: "auto" }),
    ],
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  const { output } = await build.generate({
    format: "es",
    generatedCode: "es2015",
    plugins: [terser(TERSER_OPTIONS)],
  });
  await build.close();
  return output[0].code;
}

async function measure({ what, maxBytes, read }) {
  const code = await read();
  const bytes = gzipSync(code, { level: 9 }).length;
  const verdict = bytes > maxBytes ? "TOO LARGE" : "ok";
  return { what, minified: Buffer.byteLength(code), gzipped: bytes, limit: maxBytes, verdict };
}

const rows = await Promise.all(LIMITS.map(measure));
console.table(rows);
if (rows.some((row) => row.gzipped > row.limit)) {
  process.stderr.write("check-size: a bundle is over its limit\n");
  process.exitCode = 1;
}
