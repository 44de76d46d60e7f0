/** Rounds: measures one work with all peers in turn, each in a process of its own.
 *  The order alternates (A B, B A, …), so that drift of the machine hits all alike. */

import { Child } from "./child.mjs";

const CALIBRATIONS = 2;
/** What is measured: the process of a client, or that of a server with its crowd. */
const CLIENT = ["client", "./client.mjs"];
const SERVER = ["server", "./serving.mjs"];

/**
 * Measures with several generations of client processes: how fast a process is depends a little on
 * the luck of its compiler and memory, and one generation would take that luck for a difference.
 *
 * @param entry a work, of `works/index.mjs`
 * @param peers names of modules in `peers/`, the baseline first; twice the same is a control
 * @returns for each peer, the results of its rounds; those of equal index were run side by side
 */
export async function runRounds(entry, { peers, url, effort }) {
  const results = peers.map(() => []);
  const { generations } = effort.of(entry.work.kind);
  for (let generation = 0; generation < generations; generation += 1) {
    const rounds = await runGeneration(entry, { peers, url, effort });
    for (const [index, result] of rounds) results[index].push(result);
  }
  return results;
}

/** @returns pairs of a peer's index and the result of one of its rounds, in order of the runs */
async function runGeneration(entry, { peers, url, effort }) {
  const [role, file] = entry.work.side === "server" ? SERVER : CLIENT;
  const clients = peers.map((peer) => new Child(`${role} ${peer}`, file, [peer]));
  try {
    await Promise.all(clients.map((client) => client.ready));
    const ask = (client, count) => client.ask({ name: entry.name, url, count });
    const count = await calibrate(entry.work, effort.roundMs, clients, ask);
    const { warmUps, rounds } = effort.of(entry.work.kind);
    const results = [];
    for (let round = -warmUps; round < rounds; round += 1) {
      const order = [...clients.keys()];
      if (round % 2 !== 0) order.reverse();
      for (const index of order) {
        const result = await ask(clients[index], count);
        if (round >= 0) results.push([index, { ...result, count }]);
      }
    }
    return results;
  } finally {
    for (const client of clients) client.stop();
  }
}

/**
 * The count with which a round of the baseline takes about `roundMs`. Every peer does the runs that
 * find it, so that all are equally warm.
 */
async function calibrate(work, roundMs, clients, ask) {
  let count = work.firstCount;
  if (count === undefined) return undefined;
  for (let step = 0; step < CALIBRATIONS; step += 1) {
    const values = [];
    for (const client of clients) values.push((await ask(client, count)).value);
    count = Math.ceil((values[0] * roundMs) / 1e3);
    count = Math.min(count, work.maxCount ?? count);
  }
  return count;
}
