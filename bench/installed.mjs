/** What `peers/package.json` names: the libraries beside this one, and a newer Node. Installed when
 *  they are missing; what cannot be installed is not measured. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PEERS = fileURLToPath(new URL("peers/", import.meta.url));
const NODE = `${PEERS}node_modules/node/bin/node`;
/** The newest release with long-term support: the bars are for it. */
const DEFAULT_NODE = "24";
/** What a peer is installed as, where that is not with this library. */
const PACKAGES = {
  undici: "undici",
  partysocket: "partysocket/ws",
  "reconnecting-websocket": "reconnecting-websocket",
  "socket.io": "socket.io-client",
  crossws: "crossws/adapters/node",
};

/** Installs them, unless they are there. */
export function ensureInstalled() {
  if (existsSync(`${PEERS}node_modules`)) return;
  console.error("bench: installing the peers");
  try {
    execFileSync("npm", ["--prefix", PEERS, "ci"], { stdio: ["ignore", "ignore", "inherit"] });
  } catch (error) {
    console.error(`bench: the peers could not be installed: ${error.message}`);
  }
}

/** Whether a peer can be measured; `ws` comes with this library. */
export function isInstalled(peer) {
  const name = PACKAGES[peer];
  return name === undefined || existsSync(`${PEERS}node_modules/${name.split("/")[0]}`);
}

/** The version of an installed package, or null. */
export function versionOf(name) {
  // Looked for by hand: not every package lets its package.json be imported.
  const folders = createRequire(`${PEERS}index.mjs`).resolve.paths(name) ?? [];
  const found = folders.map((folder) => join(folder, name, "package.json")).find(existsSync);
  return found === undefined ? null : JSON.parse(readFileSync(found, "utf8")).version;
}

/**
 * The Node that is measured.
 *
 * @param wanted a major version, as "24", or a path; by default the installed one, or else this
 * process's
 * @returns the path and the version of its executable
 * @throws when there is none of that version
 */
export function findNode(wanted) {
  if (wanted !== undefined && !/^\d+$/.test(wanted)) return describeNode(wanted);
  const major = wanted ?? DEFAULT_NODE;
  const candidates = [process.execPath, NODE].filter(existsSync).map(describeNode);
  const found = candidates.find(({ version }) => version.startsWith(`v${major}.`));
  if (found !== undefined) return found;
  if (wanted !== undefined) throw new Error(`no Node ${wanted} here: give a path`);
  console.error(`bench: Node ${DEFAULT_NODE} is not installed, ${process.version} is measured`);
  return describeNode(process.execPath);
}

function describeNode(path) {
  return { path, version: execFileSync(path, ["--version"], { encoding: "utf8" }).trim() };
}
