/** The build: one source, three shapes of it (Node, native sockets, a script tag), and the types.
 *  Every warning is an error: an unresolved import or a cycle must not reach a package. */

import { readFileSync, rmSync } from "node:fs";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { dts } from "rollup-plugin-dts";
import esbuild from "rollup-plugin-esbuild";
import { TERSER_OPTIONS } from "./scripts/terser-options.mjs";

const INPUT = "src/index.ts";
/** Node has the server's half, too. Both share their code: a socket is of one class, whoever made it. */
const NODE_INPUT = { index: INPUT, server: "src/server/index.ts" };

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));

/** The script-tag bundle contains code of others, whose licence asks for this line. */
const BANNER = "/*! onesocket | MIT License | contains isomorphic-ws (c) heineiuo, MIT */";

/** The types speak of `Symbol.asyncDispose`, which not every program's `lib` has. */
const TYPES_BANNER = '/// <reference lib="esnext.disposable" />';

const GENERATED_CODE = { preset: "es2015", symbols: false };

function failOnWarning(warning) {
  throw new Error(`rollup: ${warning.message}`);
}

/** Files of an earlier build must not end up in the package. */
const cleanDist = {
  name: "clean-dist",
  buildStart() {
    rmSync("dist", { recursive: true, force: true });
  },
};

const transpile = esbuild({ target: "es2022", tsconfig: "tsconfig.json" });

/** `#default-dialer` and the dependencies resolve as they would for a program on that platform. */
const forNode = [nodeResolve({ exportConditions: ["node"], preferBuiltins: true }), transpile];
const forNative = [nodeResolve({ browser: true }), commonjs({ strictRequires: "auto" }), transpile];

const SHARED_OUTPUT = { sourcemap: true, generatedCode: GENERATED_CODE };
const CJS = { format: "cjs", exports: "named", interop: "auto" };

/** ESM and CJS, side by side. */
function bothModuleKinds(directory) {
  return [
    { ...SHARED_OUTPUT, file: `${directory}/index.js`, format: "es" },
    { ...SHARED_OUTPUT, file: `${directory}/index.cjs`, ...CJS },
  ];
}

/** The same for several entries, and the file of what they share. */
function bothModuleKindsOfAll(directory) {
  const names = (extension) => ({
    dir: directory,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `shared.${extension}`,
  });
  return [
    { ...SHARED_OUTPUT, ...names("js"), format: "es" },
    { ...SHARED_OUTPUT, ...names("cjs"), ...CJS },
  ];
}

export default [
  {
    input: NODE_INPUT,
    external: [...Object.keys(dependencies), /^node:/],
    plugins: [cleanDist, ...forNode],
    output: bothModuleKindsOfAll("dist/node"),
    onwarn: failOnWarning,
  },
  {
    input: INPUT,
    plugins: forNative,
    output: bothModuleKinds("dist/native"),
    onwarn: failOnWarning,
  },
  {
    input: INPUT,
    plugins: forNative,
    output: {
      file: "dist/onesocket.iife.min.js",
      format: "iife",
      name: "OneSocket",
      banner: BANNER,
      sourcemap: true,
      generatedCode: GENERATED_CODE,
      // Not as a module: the global would be dropped as a variable that nobody uses.
      plugins: [terser({ ...TERSER_OPTIONS, module: false })],
    },
    onwarn: failOnWarning,
  },
  {
    input: NODE_INPUT,
    external: [/^node:/],
    // Constructors that are for the library alone are marked as internal.
    plugins: [dts({ tsconfig: "tsconfig.json", compilerOptions: { stripInternal: true } })],
    output: ["ts", "cts"].map((extension) => ({
      dir: "dist",
      format: "es",
      entryFileNames: `[name].d.${extension}`,
      chunkFileNames: `shared.d.${extension}`,
      banner: TYPES_BANNER,
    })),
    onwarn: failOnWarning,
  },
];
