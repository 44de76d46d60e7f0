/** Latency: round trips, kept up to a number, and what they say. */

function quantile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** The last, median and 95th percentile (nearest rank) of `samples`, of which there is at least one. */
export function summarize(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  return { lastMs: samples.at(-1), medianMs: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) };
}

/** The newest round trips, in order; the oldest makes room. */
export class LatencyWindow {
  #capacity;
  #samples = [];

  /** @param {number} capacity how many are kept */
  constructor(capacity) {
    this.#capacity = capacity;
  }

  get samples() {
    return this.#samples;
  }

  add(roundTripMs) {
    this.#samples.push(roundTripMs);
    if (this.#samples.length > this.#capacity) this.#samples.shift();
  }
}
