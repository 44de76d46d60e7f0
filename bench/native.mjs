/** The programs in C: builds them where there is a compiler, and says who stands in where there is
 *  none. */

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Child } from "./child.mjs";
import { LineChild } from "./line-child.mjs";

const SOURCES = fileURLToPath(new URL("native/", import.meta.url));
const BUILT = fileURLToPath(new URL("../node_modules/.cache/onesocket-bench/", import.meta.url));
const COMPILERS = ["cc", "gcc", "clang"];
const FLAGS = ["-O3", "-Wall", "-Wextra"];
const CROWD_SCRIPT = fileURLToPath(new URL("crowd.mjs", import.meta.url));

/**
 * Builds both programs, unless what is there is newer than the sources.
 *
 * @returns their paths as `{ server, crowd }`; null where nothing can build them
 */
export function buildNative() {
  if (process.platform !== "linux") return null;
  mkdirSync(BUILT, { recursive: true });
  const programs = { server: `${BUILT}server`, crowd: `${BUILT}crowd` };
  const isBuilt =
    build(["server.c", "handshake.c"], programs.server) && build(["crowd.c"], programs.crowd);
  return isBuilt ? programs : null;
}

function build(sources, program) {
  if (changedAt(program) > newestSource()) return true;
  const paths = sources.map((name) => `${SOURCES}${name}`);
  return COMPILERS.some((compiler) => compiles(compiler, [...FLAGS, "-o", program, ...paths]));
}

function compiles(compiler, args) {
  try {
    execFileSync(compiler, args, { stdio: ["ignore", "ignore", "inherit"] });
    return true;
  } catch (error) {
    if (error.code !== "ENOENT") throw new Error(`${compiler} failed: ${error.message}`);
    return false;
  }
}

function newestSource() {
  return Math.max(...readdirSync(SOURCES).map((name) => changedAt(`${SOURCES}${name}`)));
}

/** When a file was changed; 0 where it is not. */
function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The command of the crowd: the program, or the same in JavaScript. */
export function crowdCommand(native) {
  return native === null ? [process.execPath, CROWD_SCRIPT] : [native.crowd];
}

/** Starts the neutral server; resolves with its `url`, its `pid`, and how to `stop` it. */
export async function startNeutral(native) {
  if (native === null) {
    const server = new Child("server", "./server.mjs");
    return { url: await server.ready, pid: server.pid, stop: () => server.stop() };
  }
  const server = new LineChild("server", [native.server]);
  const url = `ws://127.0.0.1:${await server.ready}`;
  return { url, pid: server.pid, stop: () => server.stop() };
}
