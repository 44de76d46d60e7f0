/** How long a run takes: the length of a round, and how many rounds there are of each work.
 *  Rounds are short and many, spread over several generations of client processes: that holds the
 *  paired median still on a machine whose speed changes from second to second. */

const FULL = {
  roundMs: 100,
  default: { generations: 5, warmUps: 6, rounds: 20 },
  // The cheaper the message, the more the luck of a process shows: more generations.
  flood: { generations: 8, warmUps: 6, rounds: 20 },
  // The code of a dial is long and runs once for each connection: its compiler is busy for longer.
  connect: { generations: 5, warmUps: 50, rounds: 16 },
  heap: { generations: 1, warmUps: 1, rounds: 5 },
  broadcast: { generations: 3, warmUps: 6, rounds: 12 },
};

const QUICK = {
  roundMs: 100,
  default: { generations: 2, warmUps: 3, rounds: 8 },
  flood: { generations: 3, warmUps: 3, rounds: 8 },
  connect: { generations: 3, warmUps: 3, rounds: 6 },
  heap: { generations: 1, warmUps: 1, rounds: 2 },
  broadcast: { generations: 1, warmUps: 3, rounds: 6 },
};

/** @returns the length of a round, and for a kind of work its generations and the rounds of each */
export function chooseEffort(quick) {
  const { roundMs, ...kinds } = quick ? QUICK : FULL;
  return { roundMs, of: (kind) => kinds[kind] ?? kinds.default };
}
