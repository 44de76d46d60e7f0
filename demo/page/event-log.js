/** Event log: one row a fact, the newest at the end, the oldest dropped.
 *  It follows the newest row unless the reader has scrolled back. */

import { formatBytes, formatMs, formatTime } from "./format.js";

const MAX_ROWS = 200;
const FOLLOW_WITHIN_PX = 40;
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
  #frame;
  #list;
  #empty;

  /**
   * @param {HTMLElement} frame what scrolls
   * @param {HTMLElement} list where rows go
   * @param {HTMLElement} empty shown while there are no rows
   */
  constructor(frame, list, empty) {
    this.#frame = frame;
    this.#list = list;
    this.#empty = empty;
    // Not every browser lets the keyboard scroll what cannot have the focus.
    frame.tabIndex = 0;
  }

  /** @param {import("./echo-session.js").LogEntry} entry */
  add(entry) {
    const { scrollHeight, scrollTop, clientHeight } = this.#frame;
    const isFollowing = scrollHeight - scrollTop - clientHeight < FOLLOW_WITHIN_PX;
    this.#list.append(createRow(entry));
    if (this.#list.childElementCount > MAX_ROWS) this.#list.firstElementChild.remove();
    this.#empty.hidden = true;
    if (isFollowing) this.#frame.scrollTop = this.#frame.scrollHeight;
  }

  clear() {
    this.#list.replaceChildren();
    this.#empty.hidden = false;
  }
}
