/** `npm run bench`: composes servers, peers, works and reports. See README.md beside this file. */

import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chooseEffort } from "./effort.mjs";
import { formatFlatness, judgeFlatness } from "./flatness.mjs";
import { ensureInstalled, findNode, isInstalled } from "./installed.mjs";
import { judge } from "./judge.mjs";
import { describeMachine } from "./machine.mjs";
import { writeMarkdown } from "./markdown.mjs";
import { BASELINE, CONTENDER } from "./peers/index.mjs";
import { startPlace } from "./place.mjs";
import { formatTable } from "./report.mjs";
import { runRounds } from "./rounds.mjs";
import { findWork, WORKS } from "./works/index.mjs";

/** Processes that were ready to run in the last minute, beside those of the bench. */
const MOST_LOAD = 0.5;

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    alone: { type: "boolean", default: false },
    node: { type: "string" },
    "peer-dist": { type: "string", multiple: true, default: [] },
    "ws-framing": { type: "boolean", default: false },
    json: { type: "string", default: pathOf("results.json") },
    docs: { type: "string" },
    strict: { type: "boolean", default: false },
    self: { type: "boolean", default: false },
  },
});

function pathOf(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}

try {
  ensureInstalled();
  warnOfLoad();
  const entries = flags.only?.map(findWork) ?? WORKS;
  const node = findNode(flags.node);
  await publish(await runAll(entries, node), node);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
}

/** Ratios stand more load than rates do, but not any. */
function warnOfLoad() {
  const [load] = loadavg();
  if (load > MOST_LOAD) console.error(`bench: the machine is busy, its load is ${load.toFixed(1)}`);
}

/** Runs the works; one that fails is said to, and the others go on. */
async function runAll(entries, node) {
  const place = await startPlace(node.path);
  const effort = chooseEffort(flags.quick);
  const verdicts = [];
  try {
    for (const entry of entries) {
      const start = performance.now();
      const peers = choosePeers(entry);
      try {
        const rounds = await runRounds(entry, { peers, effort, place });
        verdicts.push(judge(entry, { peers, rounds, nodeMajor: majorOf(node) }));
      } catch (error) {
        console.error(`bench: ${entry.name} failed: ${error.message}`);
        process.exitCode = 2;
      }
      console.error(`bench: ${entry.name}, ${((performance.now() - start) / 1e3).toFixed(1)} s`);
    }
    return verdicts;
  } finally {
    place.stop();
  }
}

/** Who is measured: the two that are compared, other builds of this library, and the rest. */
function choosePeers({ peers: [base, contender, ...others] }) {
  const own = { label: contender, module: contender };
  const first = { label: base, module: base };
  if (flags.self) return [first, { label: `${base} again`, module: base }];
  const rest = flags.alone ? [] : others.filter(isInstalled);
  return [first, own, ...chooseBuilds(own), ...rest.map((name) => ({ label: name, module: name }))];
}

function chooseBuilds(own) {
  const builds = flags["peer-dist"].map((dir) => ({
    ...own,
    label: `${basename(dirname(resolve(dir)))}'s ${own.label}`,
    env: { ONESOCKET_DIST: resolve(dir) },
    isMain: true,
  }));
  if (flags["ws-framing"]) {
    const env = { ONESOCKET_FRAMING: "ws" };
    builds.push({ ...own, label: `${own.label}, framing ws`, env, isMain: true });
  }
  return builds;
}

function majorOf({ version }) {
  return Number(version.slice(1).split(".")[0]);
}

/** Prints the table, writes JSON and Markdown, and judges the run where that was asked for. */
async function publish(verdicts, node) {
  const machine = describeMachine(node.version);
  const { ws, bufferutil, cpu, cores } = machine;
  const { version } = node;
  console.log(
    `\nNode ${version}, ws ${ws}, bufferutil ${bufferutil ?? "absent"}, ${cpu}, ${cores} cores\n`,
  );
  console.log(formatTable(verdicts, [BASELINE, flags.self ? `${BASELINE} again` : CONTENDER]));
  const flatness = judgeFlatness(verdicts);
  if (flatness !== null) console.log(`${formatFlatness(flatness)}\n`);
  const { quick, self, json, strict } = flags;
  const report = { machine, quick, control: self, verdicts, flatness };
  await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`written: ${json}`);
  const docs = flags.docs ?? (isWhole() ? pathOf("../docs/performance.md") : undefined);
  if (docs !== undefined) {
    writeMarkdown(docs, { machine, verdicts, flatness, nodeMajor: majorOf(node) });
    console.log(`written: ${docs}`);
  }
  const isGood = ({ passed, rival }) => passed && !rival?.isBehind;
  const isFlat = flatness?.passed ?? true;
  if (strict && !(isFlat && verdicts.every(isGood))) process.exitCode = 1;
}

/** Whether the run is fit for the documents: all works and all peers, at full length. */
function isWhole() {
  const { quick, only, alone, self } = flags;
  return !quick && only === undefined && !alone && !self && chooseBuilds({}).length === 0;
}
