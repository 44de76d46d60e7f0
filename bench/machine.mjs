/** What a run was measured on. */

import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { versionOf } from "./installed.mjs";

const PACKAGES = [
  "ws",
  "bufferutil",
  "undici",
  "partysocket",
  "reconnecting-websocket",
  "socket.io",
  "crossws",
];

/** @param node version of the Node that is measured */
export function describeMachine(node) {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const versions = Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)]));
  if (process.env.WS_NO_BUFFER_UTIL) versions.bufferutil = null;
  return {
    date: new Date().toISOString(),
    node,
    onesocket: version,
    ...versions,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
  };
}
