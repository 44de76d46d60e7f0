/** Flatness: whether a message costs the same with one client as with thousands. */

/** A bar of our own: what a message may cost with most clients, to what it costs with one. */
const MOST_RATIO = 1.25;
const NAME = /^clients-(\d+)$/;

/**
 * @returns the contender's costs of a message in µs of CPU time, and their ratio; null unless
 * several were measured
 */
export function judgeFlatness(verdicts) {
  const costs = verdicts
    .filter(({ name }) => NAME.test(name))
    .map(({ name, scores }) => ({
      clients: Number(NAME.exec(name)[1]),
      micros: 1e6 / scores[1].median,
    }));
  if (costs.length < 2) return null;
  const ratio = costs.at(-1).micros / costs[0].micros;
  return { costs, ratio, passed: ratio <= MOST_RATIO };
}

/** In one line. */
export function formatFlatness({ costs, ratio, passed }) {
  const list = costs.map(
    ({ clients, micros }) => `${clients.toLocaleString("en")}: ${micros.toFixed(1)}`,
  );
  const verdict = passed ? "reached" : "missed";
  return (
    "A message costs a server of onesocket, in µs of CPU time by number of clients: " +
    `${list.join(", ")}. ` +
    `With most to with one: ${ratio.toFixed(2)}, bar ≤ ${MOST_RATIO}: ${verdict}.`
  );
}
