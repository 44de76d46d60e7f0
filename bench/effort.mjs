/** How long a run takes: the length of a round, and how many rounds there are of each work.
 *  Rounds are short and many, and spread over several generations of client processes: that holds the
 *  paired median still on a machine whose speed changes from second to second. */

const FULL = {
  roundMs: 100,
  default: { generations: 4, warmUps: 6, rounds: 20 },
  connect: { generations: 4, warmUps: 6, rounds: 10 },
  heap: { generations: 1, warmUps: 1, rounds: 5 },
};

const QUICK = {
  roundMs: 100,
  default: { generations: 2, warmUps: 3, rounds: 7 },
  connect: { generations: 2, warmUps: 3, rounds: 5 },
  heap: { generations: 1, warmUps: 1, rounds: 2 },
};

/** @returns the length of a round, and for the name of a work its generations and the rounds of each */
export function chooseEffort(quick) {
  const { roundMs, ...works } = quick ? QUICK : FULL;
  return { roundMs, of: (name) => works[name] ?? works.default };
}
