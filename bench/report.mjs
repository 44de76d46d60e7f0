/** The report: results of rounds -> verdicts -> a table and JSON. */

import { median, pairedRatio } from "./statistics.mjs";

/** A rate must reach this part of the baseline's, unless a variant has its own `leastRatio`. */
const LEAST_RATE_RATIO = 0.95;
/** A size may be so many times the baseline's, unless a variant has its own `mostRatio`. */
const MOST_SIZE_RATIO = 1.25;

const HEADINGS = ["work", "", "", "ratio", "quartiles", "per CPU s", "bar", ""];

/** Judges one work: `results` are the baseline's and the contender's, paired by round. */
export function judge({ name, title, work, variant }, results) {
  const [base, contender] = results;
  const leastRatio = variant.leastRatio ?? LEAST_RATE_RATIO;
  const ratio = pairedRatio(valuesOf(contender), valuesOf(base));
  const hasCpu = base[0].perCpuSecond !== undefined;
  const mostRatio = variant.mostRatio ?? MOST_SIZE_RATIO;
  const passed = work.higherIsBetter ? ratio.median >= leastRatio : ratio.median <= mostRatio;
  return {
    name,
    title,
    unit: work.unit,
    higherIsBetter: work.higherIsBetter,
    medians: results.map((rounds) => median(valuesOf(rounds))),
    rounds: results,
    ratio,
    cpuRatio: hasCpu ? pairedRatio(cpuOf(contender), cpuOf(base)) : null,
    bar: work.higherIsBetter ? `≥ ${leastRatio}` : `≤ ${mostRatio}`,
    passed,
  };
}

/** The table as text, columns aligned, with its foot. */
export function formatTable(verdicts, [base, contender]) {
  const headings = HEADINGS.with(1, base).with(2, contender);
  const rows = [headings, ...verdicts.map(formatRow)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => formatLine(row, widths));
  lines.splice(1, 0, "-".repeat(lines[0].length));
  return `${lines.join("\n")}\n\n${formatFoot(base, contender)}\n`;
}

function formatRow({ title, unit, medians, ratio, cpuRatio, bar, passed }) {
  return [
    title,
    ...medians.map((value) => `${Math.round(value).toLocaleString("en")} ${unit}`),
    ratio.median.toFixed(3),
    `${ratio.q1.toFixed(2)} … ${ratio.q3.toFixed(2)}`,
    cpuRatio === null ? "" : cpuRatio.median.toFixed(3),
    bar,
    passed ? "pass" : "MISS",
  ];
}

/** The first column starts on the left, the others end on the right. */
function formatLine(row, widths) {
  const pad = (cell, column) =>
    column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return row.map(pad).join("  ").trimEnd();
}

function formatFoot(base, contender) {
  return [
    `Medians of the rounds. ratio: median of ${contender}/${base} of the rounds run side by side,`,
    "and its quartiles; above 1 is better, but for the heap. per CPU s: the same ratio of the work",
    "done in a second of the client's CPU time; it has no bar.",
    "Text reaches every handler as a string (bare ws: isBinary ? data : data.toString()), bytes as",
    "a view without a copy. No compression, messages up to 16 MiB, no Nagle, for all alike.",
  ].join("\n");
}

function valuesOf(rounds) {
  return rounds.map((round) => round.value);
}

function cpuOf(rounds) {
  return rounds.map((round) => round.perCpuSecond);
}
