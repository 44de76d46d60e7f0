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

/** Milliseconds of a duration, or null when it is not one: negative, malformed or another type. */
export function parseDuration(value: unknown): number | null {
  if (typeof value === "number") return value >= 0 ? value : null;
  if (typeof value !== "string") return null;
  if (value === "0") return 0;
  let total = 0;
  const rest = value.replace(PART, (_, count: string, unit: string) => {
    total += Number(count) * (UNIT_MS[unit] ?? 0);
    return "";
  });
  return rest === "" && value !== "" ? total : null;
}
