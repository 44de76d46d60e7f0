/** Event log: one row a fact. */

import { formatBytes, formatMs, formatTime } from "./format.js";
import { RowList } from "./row-list.js";

const SIGNS = { sent: "→", received: "←", state: "·", error: "✗" };

function createCell(name, text) {
  const cell = document.createElement("span");
  cell.className = `cell-${name}`;
  cell.textContent = text;
  return cell;
}

/** The sign for the eye, and the word, which a narrow screen leaves to the ear. */
function createDirection(direction) {
  const cell = createCell("direction", `${SIGNS[direction]} `);
  const word = document.createElement("span");
  word.className = "word";
  word.textContent = direction;
  cell.append(word);
  return cell;
}

function createTime(date) {
  const time = document.createElement("time");
  time.className = "cell-time";
  time.dateTime = date.toISOString();
  time.textContent = formatTime(date);
  return time;
}

function createRow({ direction, kind, detail, bytes, roundTripMs }) {
  const row = document.createElement("li");
  row.className = "row";
  row.dataset.direction = direction;
  row.dataset.kind = kind;
  row.append(
    createTime(new Date()),
    createDirection(direction),
    createCell("kind", kind),
    createCell("detail", detail),
    createCell("size", bytes === undefined ? "" : formatBytes(bytes)),
    createCell("trip", roundTripMs === undefined ? "" : formatMs(roundTripMs)),
  );
  return row;
}

/** What has happened on the page. */
export class EventLog {
  #rows;

  /**
   * @param {HTMLElement} frame what scrolls
   * @param {HTMLElement} list where rows go
   * @param {HTMLElement} empty shown while there are no rows
   */
  constructor(frame, list, empty) {
    this.#rows = new RowList(frame, list, empty);
  }

  /** @param {import("./echo-session.js").LogEntry} entry */
  add(entry) {
    this.#rows.add(createRow(entry));
  }

  clear() {
    this.#rows.clear();
  }
}
