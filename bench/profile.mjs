/** `npm run bench:profile -- --work NAME`: a CPU profile of one work, and where the time went. */

import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureInstalled, findNode } from "./installed.mjs";
import { startPeer } from "./peer-process.mjs";
import { startPlace } from "./place.mjs";
import { calibrate } from "./rounds.mjs";
import { findWork } from "./works/index.mjs";

const FUNCTIONS = 20;
const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** What V8 calls the time in which there was nothing to do. */
const IDLE = "(idle)";

const { values: flags } = parseArgs({
  options: {
    work: { type: "string" },
    peer: { type: "string" },
    node: { type: "string" },
    seconds: { type: "string", default: "2" },
    out: { type: "string" },
  },
});

try {
  const entry = findWork(flags.work);
  const peer = flags.peer ?? entry.peers[1];
  const out = flags.out ?? join(tmpdir(), `${entry.name}-${peer}.cpuprofile`);
  const taken = await takeProfile(entry, peer);
  await writeFile(out, JSON.stringify(taken));
  printTop(taken);
  console.log(`\nwritten: ${out}, which DevTools and editors open`);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
}

/** Warms up as the bench does, then takes the profile of one long round. */
async function takeProfile(entry, name) {
  ensureInstalled();
  const place = await startPlace(findNode(flags.node).path);
  try {
    place.prepare(entry.work);
    const peer = startPeer({ label: name, module: name }, entry, place);
    await peer.ready;
    const count = await calibrate(entry, Number(flags.seconds) * 1e3, peer);
    const taken = await peer.ask({ count, profiles: true });
    peer.stop();
    return taken;
  } finally {
    place.stop();
  }
}

/**
 * Prints the functions that took most time themselves, as parts of the time in which there was
 * something to do.
 */
function printTop(taken) {
  const times = selfTimes(taken);
  const idleMicros = times.get(IDLE) ?? 0;
  times.delete(IDLE);
  const busyMicros = [...times.values()].reduce((sum, time) => sum + time, 0);
  console.log(
    `busy ${format(busyMicros)}, idle ${format(idleMicros)}; time of a function itself:\n`,
  );
  const top = [...times].sort(([, a], [, b]) => b - a).slice(0, FUNCTIONS);
  for (const [name, micros] of top) {
    const part = ((micros / busyMicros) * 100).toFixed(1);
    console.log(`${part.padStart(5)} %  ${format(micros).padStart(9)}  ${name}`);
  }
}

function format(micros) {
  return `${(micros / 1e3).toFixed(1)} ms`;
}

/** The time of each function itself, in microseconds, by its name and place. */
function selfTimes({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map();
  samples.forEach((id, index) => {
    const name = names.get(id);
    times.set(name, (times.get(name) ?? 0) + timeDeltas[index]);
  });
  return times;
}

function nameOf({ functionName, url, lineNumber }) {
  const name = functionName || "(anonymous)";
  if (url === "") return name;
  const path = url.startsWith("file:") ? relative(ROOT, fileURLToPath(url)) : url;
  return `${name}  ${path}:${lineNumber + 1}`;
}
