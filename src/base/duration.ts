/** Duration: milliseconds, or a Go duration string as "1m30s". */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 36e5,
};
const PART = /(\d+\.?\d*|\.\d+)([nuµμm]?s|[mh])/g;

/** A number of milliseconds, or a Go duration string: `"5s"`, `"1m30s"`, `"250ms"`, `"1.5h"`. */
export type Duration = number | string;

/** What must be given for a duration. */
export const WANTED_DURATION = '0 or more ms, or a duration as "1m30s"';

/** Milliseconds of a duration; NaN or less than 0 when it is none. */
export function parseDuration(value: unknown): number {
  if (typeof value === "number") return value;
  if (value === "0") return 0;
  let total = 0;
  const add = (_part: string, count: number, unit: string): string => {
    total += count * (UNIT_MS[unit] ?? 0);
    return "";
  };
  const isWhole = typeof value === "string" && value && value.replace(PART, add) === "";
  return isWhole ? total : NaN;
}
