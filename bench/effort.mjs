/** How long a run takes: the length of a round, and how many rounds there are of each work.
 *  Rounds are short and many, spread over several generations of processes: that holds the
 *  paired median still on a machine whose speed changes from second to second.
 *  `others` are the peers besides the two that are compared: they run in each so-manieth round. */

const FULL = {
  roundMs: 100,
  default: { generations: 4, warmUps: 4, rounds: 12, others: { generations: 2, each: 4 } },
  // One message under way shows the luck of each process: by two generations, peers that are behind came out ahead.
  "round-trip": { generations: 4, warmUps: 4, rounds: 12, others: { generations: 4, each: 2 } },
  // The cheaper the message, the more the luck of a process shows: more generations.
  flood: { generations: 6, warmUps: 4, rounds: 12, others: { generations: 2, each: 4 } },
  // The code of a dial is long and runs once for each connection: its compiler is busy for longer.
  connect: { generations: 3, warmUps: 20, rounds: 10, others: { generations: 2, each: 4 } },
  // So it is with accepting, whose rounds differ more than any others: many, over many processes.
  accept: { generations: 8, warmUps: 16, rounds: 16, others: { generations: 2, each: 4 } },
  memory: { generations: 5, warmUps: 0, rounds: 1, others: { generations: 2, each: 1 } },
  broadcast: { generations: 3, warmUps: 4, rounds: 10, others: { generations: 2, each: 4 } },
  "broadcast-deflate": {
    generations: 2,
    warmUps: 1,
    rounds: 4,
    others: { generations: 1, each: 4 },
  },
  resident: { generations: 5, warmUps: 0, rounds: 1, others: { generations: 1, each: 1 } },
  clients: { generations: 3, warmUps: 3, rounds: 8, others: { generations: 1, each: 4 } },
};

const QUICK = {
  roundMs: 40,
  default: { generations: 1, warmUps: 2, rounds: 5, others: { generations: 1, each: 5 } },
  connect: { generations: 1, warmUps: 6, rounds: 4, others: { generations: 1, each: 4 } },
  accept: { generations: 1, warmUps: 6, rounds: 4, others: { generations: 1, each: 4 } },
  memory: { generations: 1, warmUps: 0, rounds: 1, others: { generations: 1, each: 1 } },
  broadcast: { generations: 1, warmUps: 2, rounds: 4, others: { generations: 1, each: 4 } },
  "broadcast-deflate": {
    generations: 1,
    warmUps: 0,
    rounds: 2,
    others: { generations: 0, each: 2 },
  },
  resident: { generations: 1, warmUps: 0, rounds: 1, others: { generations: 0, each: 1 } },
  clients: { generations: 1, warmUps: 1, rounds: 3, others: { generations: 1, each: 3 } },
};

/** @returns the length of a round, and for a kind of work its generations and the rounds of each */
export function chooseEffort(quick) {
  const { roundMs, ...kinds } = quick ? QUICK : FULL;
  return { roundMs, of: (kind) => kinds[kind] ?? kinds.default };
}
