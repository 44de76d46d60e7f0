/** Rounds: measures one work with all peers in turn, each in a process of its own.
 *  The order is drawn anew for each round, so that drift of the machine hits all alike, and so does what a
 *  process finds that was the last one to run, or had to wait. */

import { startPeer } from "./peer-process.mjs";

/** The first one runs cold, and finds a count that is too low. */
const CALIBRATIONS = 3;
/** Those that are compared most closely: they are in every round. */
const MAIN_PEERS = 2;

/**
 * Measures with several generations of processes: how fast a process is depends a little on the
 * luck of its compiler and memory, and one generation would take that luck for a difference.
 *
 * @param entry a work, of `works/index.mjs`
 * @param setting the peers, the baseline and the contender first, the effort, and what starts them
 * @returns the rounds: each a list of results by the index of the peer, undefined for who was not
 * in it
 */
export async function runRounds(entry, { peers, effort, place }) {
  const { generations, others } = effort.of(entry.kind);
  place.prepare(entry.work);
  const rounds = [];
  for (let generation = 0; generation < generations; generation += 1) {
    const present = peers.map((peer, index) => ({ peer, index }));
    const isFull = generation < others.generations;
    const invited = present.filter(({ peer, index }) => isFull || isMain(peer, index));
    rounds.push(...(await runGeneration(entry, { invited, effort, place })));
  }
  return rounds;
}

/** In an order of chance. */
function shuffle(racers) {
  const keyed = racers.map((racer) => ({ racer, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ racer }) => racer);
}

function isMain(peer, index) {
  return index < MAIN_PEERS || peer.isMain === true;
}

/** Runs one generation; a peer beside the two that fails is left out, and that is said. */
async function runGeneration(entry, { invited, effort, place }) {
  const { warmUps, rounds, others } = effort.of(entry.kind);
  const started = invited.map((one) => ({ ...one, process: startPeer(one.peer, entry, place) }));
  const results = [];
  try {
    let racers = await eachOf(started, async (racer) => {
      await racer.process.ready;
      return { ...racer, count: await calibrate(entry, effort.roundMs, racer.process) };
    });
    for (let round = -warmUps; round < rounds; round += 1) {
      const isFull = round < 0 || round % others.each === 0;
      const due = racers.filter(({ peer, index }) => isFull || isMain(peer, index));
      const result = [];
      const alive = await eachOf(shuffle(due), async (racer) => {
        result[racer.index] = await racer.process.ask({ count: racer.count });
        return racer;
      });
      racers = racers.filter((racer) => alive.includes(racer) || !due.includes(racer));
      if (round >= 0) results.push(result);
    }
    return results;
  } finally {
    for (const { process } of started) process.stop();
  }
}

/** Acts with one after the other; leaves out whom it fails with, unless it is one of the two. */
async function eachOf(racers, act) {
  const done = [];
  for (const racer of racers) {
    try {
      done.push(await act(racer));
    } catch (error) {
      if (racer.index < MAIN_PEERS) throw error;
      console.error(`bench: ${racer.peer.label} is left out: ${error.message}`);
    }
  }
  return done;
}

/**
 * The count with which a round takes about `roundMs`: a rate is the same for any, but steadier by
 * more.
 */
export async function calibrate({ firstCount, work }, roundMs, process) {
  let count = firstCount;
  if (count === undefined) return undefined;
  for (let step = 0; step < CALIBRATIONS; step += 1) {
    const { seconds } = await process.ask({ count });
    count = Math.max(1, Math.ceil((count / seconds) * (roundMs / 1e3)));
    count = Math.min(count, work.maxCount ?? count);
  }
  return count;
}
