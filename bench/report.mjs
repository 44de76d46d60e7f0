/** The report as text: a table, columns aligned, with its foot. */

import { titleOf } from "./peers/index.mjs";

const HEADINGS = [
  "work",
  "ws",
  "onesocket",
  "ratio",
  "quartiles",
  "per CPU s",
  "bar",
  "",
  "others",
];

/** @param labels of the baseline and the contender */
export function formatTable(verdicts, [base, contender]) {
  const headings = HEADINGS.with(1, base).with(2, contender);
  const rows = [headings, ...verdicts.map(formatRow)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => formatLine(row, widths));
  lines.splice(1, 0, "-".repeat(Math.max(...lines.map((line) => line.length))));
  return `${lines.join("\n")}\n\n${formatFoot(base, contender)}\n`;
}

/** A quantity with its unit, as 1,234 msg/s. */
export function formatQuantity(value, unit) {
  const digits = { maximumFractionDigits: value < 10 ? 1 : 0 };
  return `${value.toLocaleString("en", digits)} ${unit}`;
}

/** Two digits behind the point, from 10 on one. */
export function formatRatio(ratio) {
  return ratio.toFixed(ratio < 10 ? 2 : 1);
}

function formatRow({ group, title, unit, scores, bar, passed, rival }) {
  const [base, { median, ratio, cpuRatio }, ...others] = scores;
  return [
    `${group}: ${title}`,
    formatQuantity(base.median, unit),
    formatQuantity(median, unit),
    formatRatio(ratio.median),
    `${formatRatio(ratio.q1)} … ${formatRatio(ratio.q3)}`,
    cpuRatio === null ? "" : formatRatio(cpuRatio.median),
    bar.text + (bar.isOwn ? "*" : ""),
    (passed ? "pass" : "MISS") + (rival?.isBehind ? `, behind ${titleOf(rival.label)}` : ""),
    others.map((other) => `${titleOf(other.label)} ${formatRatio(other.ratio.median)}`).join("  "),
  ];
}

/** The first and the last columns start on the left, the others end on the right. */
function formatLine(row, widths) {
  const pad = (cell, column) =>
    column === 0 || column >= row.length - 2
      ? cell.padEnd(widths[column])
      : cell.padStart(widths[column]);
  return row.map(pad).join("  ").trimEnd();
}

function formatFoot(base, contender) {
  return [
    `Medians of the rounds. ratio: median of ${contender}/${base} of the rounds run side by side,`,
    "and its quartiles; above 1 is better, but for memory. per CPU s: the same ratio of the work",
    "done in a second of the measured process's CPU time; it has no bar. *: a bar of our own.",
    `others: their ratios to ${base}, by fewer rounds; raw TCP has no library.`,
    "Text reaches every handler as a string (bare ws: isBinary ? data : data.toString()), bytes as",
    "a view. Messages up to 16 MiB, no Nagle, no compression where none is named, for all alike.",
  ].join("\n");
}
