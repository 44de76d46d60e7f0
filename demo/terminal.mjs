/** Terminal: how the demo's lines look. One line is one fact.
 *  Colours are for people only: none where the output is not a terminal, or NO_COLOR is set. */

const isColoured = process.stdout.isTTY === true && !process.env.NO_COLOR;

const BOLD = 1;
const RED = 31;
const GREEN = 32;
const YELLOW = 33;
const BLUE = 34;
const GREY = 90;

function paint(colour, text) {
  return isColoured ? `\u001b[${colour}m${text}\u001b[0m` : text;
}

function write(line) {
  process.stdout.write(`${line}\n`);
}

/** A line of the exchange: a sign, what happened, to what, and the rest. */
function fact(sign, [colour, what], subject, detail) {
  const label = paint(colour, `${sign} ${what.padEnd(9)}`);
  write(`  ${label}${subject.padEnd(14)}${detail}`);
}

/** The demo's voice. Each call writes one line, `title` one and an empty one before it. */
export const terminal = {
  title: (text) => write(`\n${paint(BOLD, text)}`),
  note: (text) => write(`  ${paint(GREY, text)}`),
  state: (name, detail) => fact("·", [YELLOW, "state"], name, detail),
  sent: (kind, detail) => fact("→", [BLUE, "sent"], kind, detail),
  received: (kind, detail) => fact("←", [GREEN, "received"], kind, detail),
  measured: (subject, detail) => fact("·", [GREY, "measured"], subject, detail),
  selected: (subject, detail) => fact("◆", [YELLOW, "select"], subject, detail),
  failed: (code, reason) => fact("✗", [RED, "failed"], code, reason),
  passed: (text) => write(`  ${paint(GREEN, "✓")} ${text}`),
  complain: (text) => process.stderr.write(`${paint(RED, "✗")} demo: ${text}\n`),
};
