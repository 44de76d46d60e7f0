/** Verdicts: results of rounds -> ratios to the baseline, and whether they reach the bars. */

import { CEILING } from "./peers/index.mjs";
import { median, pairedRatio } from "./statistics.mjs";

/** A rate must reach this part of the baseline's, unless a variant has its own `leastRatio`. */
const LEAST_RATE_RATIO = 0.95;

/**
 * Judges one work.
 *
 * @param peers those that were measured, the baseline and the contender first
 * @param rounds lists of results by the index of the peer
 */
export function judge({ name, title, work, variant }, { peers, rounds, nodeMajor }) {
  const scores = peers.map((peer, index) => score(peer, index, rounds)).filter(Boolean);
  const bar = barOf(variant, work.higherIsBetter, nodeMajor);
  const [, contender] = scores;
  return {
    name,
    title,
    group: work.group,
    unit: work.unit,
    higherIsBetter: work.higherIsBetter,
    scores,
    bar: { text: bar.text, isOwn: variant.isOwnBar === true },
    passed: bar.isReached(scores[0], contender),
    rival: findRival(scores, work.higherIsBetter),
    rounds,
  };
}

/** What one peer reached, beside the baseline; null when it was in no round. */
function score({ label, module, isMain = false }, index, rounds) {
  const pairs = rounds
    .filter((results) => results[index])
    .map((results) => [results[0], results[index]]);
  if (pairs.length === 0) return null;
  const ratioOf = (field) =>
    pairedRatio(
      pairs.map(([, own]) => own[field]),
      pairs.map(([base]) => base[field]),
    );
  return {
    label,
    module,
    isMain,
    median: median(pairs.map(([, own]) => own.value)),
    ratio: ratioOf("value"),
    cpuRatio: pairs[0][0].perCpuSecond === undefined ? null : ratioOf("perCpuSecond"),
  };
}

/** The bar of a variant, in words and as a check. */
function barOf(variant, higherIsBetter, nodeMajor) {
  const { mostMore, mostRatio } = variant;
  if (mostMore !== undefined) {
    const isReached = (base, own) => own.median <= base.median + mostMore;
    return { text: `≤ ws + ${mostMore} B`, isReached };
  }
  if (!higherIsBetter) {
    return { text: `≤ ${mostRatio}`, isReached: (_base, own) => own.ratio.median <= mostRatio };
  }
  const { leastRatio = LEAST_RATE_RATIO } = variant;
  const least = nodeMajor < 22 ? (variant.leastRatioOfNode20 ?? leastRatio) : leastRatio;
  return { text: `≥ ${least}`, isReached: (_base, own) => own.ratio.median >= least };
}

/**
 * The best of the other peers, and whether the contender is clearly behind it: by more than the
 * quartiles of its few rounds leave open. Null when there is no other.
 */
function findRival([, contender, ...others], higherIsBetter) {
  const rivals = others.filter(({ module, isMain }) => module !== CEILING && !isMain);
  if (rivals.length === 0) return null;
  const isBetter = (a, b) => (higherIsBetter ? a > b : a < b);
  const best = rivals.reduce((a, b) => (isBetter(b.ratio.median, a.ratio.median) ? b : a));
  const sure = higherIsBetter ? best.ratio.q1 : best.ratio.q3;
  return { label: best.label, isBehind: isBetter(sure, contender.ratio.median) };
}
