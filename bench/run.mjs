/** `npm run bench`: composes server, clients, works and report. See README.md beside this file. */

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Child } from "./child.mjs";
import { chooseEffort } from "./effort.mjs";
import { describeMachine } from "./machine.mjs";
import { formatTable, judge } from "./report.mjs";
import { runRounds } from "./rounds.mjs";
import { findWork, WORKS } from "./works/index.mjs";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    json: { type: "string", default: fileURLToPath(new URL("results.json", import.meta.url)) },
    strict: { type: "boolean", default: false },
    self: { type: "boolean", default: false },
  },
});

const peers = ["ws", flags.self ? "ws" : "onesocket"];
const labels = ["ws", flags.self ? "ws again" : "onesocket"];

try {
  const entries = flags.only?.map(findWork) ?? WORKS;
  await publish(await runAll(entries));
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
}

async function runAll(entries) {
  const server = new Child("server", "./server.mjs");
  try {
    const url = await server.ready;
    const effort = chooseEffort(flags.quick);
    const judged = [];
    for (const entry of entries) {
      console.error(`bench: ${entry.title}`);
      const pair = entry.variant.peers ?? peers;
      judged.push(judge(entry, await runRounds(entry, { peers: pair, url, effort })));
    }
    return judged;
  } finally {
    server.stop();
  }
}

/** Prints the table, writes the JSON, and judges the run where that was asked for. */
async function publish(works) {
  const machine = describeMachine();
  const { node, ws, bufferutil, cpu, cores } = machine;
  console.log(
    `\nNode ${node}, ws ${ws}, bufferutil ${bufferutil ?? "absent"}, ${cpu}, ${cores} cores\n`,
  );
  console.log(formatTable(works, labels));
  const { quick, self, json, strict } = flags;
  const report = { machine, quick, control: self, peers: labels, works };
  await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`written: ${json}`);
  if (strict && works.some((verdict) => !verdict.passed)) process.exitCode = 1;
}
