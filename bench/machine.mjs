/** What a run was measured on. */

import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";

const require = createRequire(import.meta.url);

export function describeMachine() {
  return {
    date: new Date().toISOString(),
    node: process.version,
    ws: versionOf("ws"),
    onesocket: versionOf("onesocket"),
    bufferutil: process.env.WS_NO_BUFFER_UTIL ? null : versionOf("bufferutil"),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
  };
}

/** The version of an installed package, or null. */
function versionOf(name) {
  try {
    return require(`${name}/package.json`).version;
  } catch {
    return null;
  }
}
