/** The report as Markdown: a table and charts, between the markers of the Node that was
 *  measured. */

import { readFileSync, writeFileSync } from "node:fs";
import { formatFlatness } from "./flatness.mjs";
import { CEILING, CLIENTS, SERVERS, titleOf } from "./peers/index.mjs";
import { formatQuantity, formatRatio } from "./report.mjs";

const CHART_COLUMNS = 48;
/** Blocks that fill an eighth of a column, two, and so on. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * Puts the results between `<!-- node 24 -->` and `<!-- /node 24 -->`.
 *
 * @throws when the file has no such markers
 */
export function writeMarkdown(path, { machine, verdicts, flatness, nodeMajor }) {
  const text = readFileSync(path, "utf8");
  const opening = `<!-- node ${nodeMajor} -->`;
  const closing = `<!-- /node ${nodeMajor} -->`;
  const [before, rest] = text.split(opening);
  const after = rest?.split(closing)[1];
  if (after === undefined) throw new Error(`${path} has no markers for Node ${nodeMajor}`);
  const flat = flatness === null ? [] : [formatFlatness(flatness)];
  const parts = [describe(machine), formatTable(verdicts), ...flat, formatCharts(verdicts)];
  writeFileSync(path, `${before}${opening}\n\n${parts.join("\n\n")}\n\n${closing}${after}`);
}

function describe({ date, node, cpu, cores, platform, ...versions }) {
  const packages = Object.entries(versions).map(
    ([name, version]) => `${name} ${version ?? "absent"}`,
  );
  const day = date.slice(0, 10);
  const place = `Node ${node.slice(1)}, ${cpu}, ${cores} cores, ${platform}, ${day}`;
  return `${place}; ${packages.join(", ")}.`;
}

function formatTable(verdicts) {
  const others = [...new Set([...CLIENTS, ...SERVERS])]
    .slice(2)
    .filter((name) => name !== CEILING)
    .concat(CEILING);
  const head = ["work", "`ws`", "onesocket", "quartiles", "bar", "", ...others.map(titleOf)];
  const rows = verdicts.map((verdict) => formatRow(verdict, others));
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function formatRow({ group, title, unit, scores, bar, passed }, others) {
  const [base, { ratio }] = scores;
  const ratioOf = (name) => scores.slice(2).find(({ label }) => label === name)?.ratio.median;
  return [
    `${group}: ${title}`,
    formatQuantity(base.median, unit),
    `**${formatRatio(ratio.median)}**`,
    `${formatRatio(ratio.q1)} … ${formatRatio(ratio.q3)}`,
    bar.text + (bar.isOwn ? " \\*" : ""),
    passed ? "✓" : "missed",
    ...others.map((name) => (ratioOf(name) === undefined ? "" : formatRatio(ratioOf(name)))),
  ];
}

/** Indented, so that it is shown as it is. */
function formatCharts(verdicts) {
  return [...groupsOf(verdicts)]
    .map(([group, members]) => `### ${group}\n\n${members.map(formatChart).join("\n\n")}`)
    .join("\n\n");
}

function groupsOf(verdicts) {
  const groups = new Map();
  for (const verdict of verdicts) {
    groups.set(verdict.group, [...(groups.get(verdict.group) ?? []), verdict]);
  }
  return groups;
}

/**
 * The bars of one work, the best on top; as long as the chart is wide is the best one that is a
 * library.
 */
function formatChart({ title, unit, scores, higherIsBetter }) {
  const sign = higherIsBetter ? -1 : 1;
  const sorted = scores.toSorted((a, b) => sign * (a.ratio.median - b.ratio.median));
  const libraries = scores.filter(({ module }) => module !== CEILING);
  const largest = Math.max(...libraries.map(({ ratio }) => ratio.median));
  const width = Math.max(...scores.map(({ label }) => titleOf(label).length));
  const lines = sorted.map(({ label, ratio, median }) => {
    const bar = drawBar((ratio.median / largest) * CHART_COLUMNS);
    const value = higherIsBetter ? formatRatio(ratio.median) : formatQuantity(median, unit);
    return `  ${titleOf(label).padEnd(width)}  ${bar} ${value}`;
  });
  return [title, ...lines].map((line) => `    ${line}`).join("\n");
}

/** A bar of so many columns; one that is longer than the chart is cut off, with an arrow. */
function drawBar(columns) {
  if (columns > CHART_COLUMNS) return `${"█".repeat(CHART_COLUMNS)}▶`;
  const eighths = Math.max(1, Math.round(columns * 8));
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}
