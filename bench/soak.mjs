/** `npm run soak`: clients of every temper on one server, for two minutes unless `--seconds` says otherwise.
 *  It prints figures, and fails on anything that must not be. See README.md beside this file. */

import { setMaxListeners } from "node:events";
import { parseArgs } from "node:util";
import { Child } from "./child.mjs";
import { runCrowd } from "./soak/crowd.mjs";
import { Ledger } from "./soak/ledger.mjs";

const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "120" },
    connections: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
  },
});

const seconds = Number(flags.seconds);
const connections = Number(flags.connections);
const seed = Number(flags.seed);
if (!(seconds > 0 && connections > 0 && Number.isInteger(seed))) {
  console.error("soak: --seconds and --connections must be over 0, --seed a whole number");
  process.exit(2);
}

/** The warm-up: all code has run and been compiled, and tables have their size. */
const WARM_UP_SECONDS = Math.ceil(Math.max(seconds / 6, Math.min(seconds, 10)));
/** How long the last ones may take to leave. */
const EMPTY_TIMEOUT_MS = 10_000;
/** How much larger the heap may be than at the start. */
const MAX_GROWTH = 1.1;
/** A shorter run says nothing of that: code is still being compiled. */
const MIN_SECONDS_FOR_HEAP = 20;
const MIB = 2 ** 20;

const ledger = new Ledger();
const server = new Child("server", "./soak/server.mjs");

try {
  const port = await server.ready;
  await runPhase(port, WARM_UP_SECONDS, seed + 1);
  const before = await server.ask({ order: "heap" });
  await runPhase(port, seconds, seed);
  const end = await server.ask({ order: "empty", timeoutMs: EMPTY_TIMEOUT_MS });
  const after = await server.ask({ order: "heap" });
  judge(end, before, after);
  report(end, before, after);
} catch (error) {
  ledger.require(false, error.message);
} finally {
  server.stop();
}

const { violations } = ledger;
for (const violation of violations) console.error(`soak: ${violation}`);
console.log(violations.length === 0 ? "passed" : "FAILED");
process.exit(violations.length === 0 ? 0 : 1);

/** One crowd, until the time is over and everybody has left. */
async function runPhase(port, phaseSeconds, phaseSeed) {
  const over = new AbortController();
  // All clients wait for it.
  setMaxListeners(0, over.signal);
  const timer = setTimeout(() => over.abort(), phaseSeconds * 1000);
  await runCrowd({ connections, seed: phaseSeed, port, ledger, signal: over.signal });
  clearTimeout(timer);
  const { size } = await server.ask({ order: "empty", timeoutMs: EMPTY_TIMEOUT_MS });
  ledger.require(size === 0, `${size} connections are open after all have left`);
}

function judge(end, before, after) {
  const closed = Object.values(end.closed).reduce((sum, count) => sum + count, 0);
  const { open, accepted, unsentBytes, errors } = end;
  ledger.require(open === 0, `stats: ${open} are open`);
  ledger.require(closed === accepted, `stats: ${closed} closed of ${accepted} accepted`);
  ledger.require(accepted === ledger.opened, `${accepted} accepted, ${ledger.opened} opened`);
  ledger.require(unsentBytes === 0, `stats: ${unsentBytes} bytes are unsent`);
  ledger.require(errors.length === 0, `${errors.length} handlers failed, first: ${errors[0]}`);
  ledger.require(after.handles === 0, `${after.handles} connections are left in the process`);
  const growth = seconds < MIN_SECONDS_FOR_HEAP ? 1 : after.heapUsed / before.heapUsed;
  ledger.require(growth <= MAX_GROWTH, `the heap is ${growth.toFixed(3)} times that of the start`);
}

function report(end, before, after) {
  const mib = (bytes) => (bytes / MIB).toFixed(2);
  console.table({
    "seconds, after a warm-up of": `${seconds}, ${WARM_UP_SECONDS}`,
    "connections at a time": connections,
    "connections in all": end.accepted,
    "closed by code": JSON.stringify(end.closed),
    refused: JSON.stringify(end.refused),
    "still open": end.open,
    "messages in, out": `${end.messagesIn}, ${end.messagesOut}`,
    "MiB in, out": `${mib(end.bytesIn)}, ${mib(end.bytesOut)}`,
    "numbered messages checked": ledger.checked,
    "comings by kind": JSON.stringify(ledger.lives),
    "heap at the start, at the end, MiB": `${mib(before.heapUsed)}, ${mib(after.heapUsed)}`,
    "heap, end to start": (after.heapUsed / before.heapUsed).toFixed(3),
    "resident at the start, at the end, MiB": `${mib(before.rss)}, ${mib(after.rss)}`,
    "event loop delay, p99, ms": after.delayMs.toFixed(1),
    seed,
  });
}
