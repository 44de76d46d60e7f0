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
const machine = describeMachine();
const verdicts = await runAll(flags.only?.map(findWork) ?? WORKS);

const { node, ws, bufferutil, cpu, cores } = machine;
console.log(
  `\nNode ${node}, ws ${ws}, bufferutil ${bufferutil ?? "absent"}, ${cpu}, ${cores} cores\n`,
);
console.log(formatTable(verdicts, labels));
await writeFile(flags.json, toJson());
console.log(`written: ${flags.json}`);

if (flags.strict && verdicts.some((verdict) => !verdict.passed)) process.exitCode = 1;

async function runAll(entries) {
  const server = new Child("server", "./server.mjs");
  try {
    const url = await server.next();
    const effort = chooseEffort(flags.quick);
    const judged = [];
    for (const entry of entries) {
      console.error(`bench: ${entry.title}`);
      judged.push(judge(entry, await runRounds(entry, { peers, url, effort })));
    }
    return judged;
  } finally {
    server.stop();
  }
}

function toJson() {
  const { quick, self } = flags;
  return `${JSON.stringify({ machine, quick, control: self, peers: labels, works: verdicts }, null, 2)}\n`;
}
