/** Medians and quartiles. */

/** The value below which the fraction `p` of `values` lies, interpolated. */
export function quantile(values, p) {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  return low + (high - low) * (position - below);
}

export function median(values) {
  return quantile(values, 0.5);
}

/** @returns the ratios `values[i] / base[i]`, round by round: median and quartiles */
export function pairedRatio(values, base) {
  const ratios = values.map((value, round) => value / base[round]);
  return { median: median(ratios), q1: quantile(ratios, 0.25), q3: quantile(ratios, 0.75) };
}
