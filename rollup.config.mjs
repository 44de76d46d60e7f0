/** The build: one source, three shapes of it (Node, native sockets, a script tag), and the types.
 *  Every warning is an error: an unresolved import or a cycle must not reach a package. */

import { rmSync } from "node:fs";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import terser from "@rollup/plugin-terser";
import { dts } from "rollup-plugin-dts";
import esbuild from "rollup-plugin-esbuild";
import { TERSER_OPTIONS } from "./scripts/terser-options.mjs";

const INPUT = "src/index.ts";

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

/** ESM and CJS, side by side. */
function bothModuleKinds(directory) {
  const shared = { sourcemap: true, generatedCode: GENERATED_CODE };
  return [
    { ...shared, file: `${directory}/index.js`, format: "es" },
    { ...shared, file: `${directory}/index.cjs`, format: "cjs", exports: "named", interop: "auto" },
  ];
}

export default [
  {
    input: INPUT,
    external: ["ws", "isomorphic-ws", "eventemitter3", /^node:/],
    plugins: [cleanDist, ...forNode],
    output: bothModuleKinds("dist/node"),
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
    input: INPUT,
    plugins: [dts({ tsconfig: "tsconfig.json", compilerOptions: { stripInternal: true } })],
    output: [
      { file: "dist/index.d.ts", format: "es", banner: TYPES_BANNER },
      { file: "dist/index.d.cts", format: "es", banner: TYPES_BANNER },
    ],
    onwarn: failOnWarning,
  },
];
