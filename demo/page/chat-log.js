/** Chat log: what is said and what happens in a room. Whatever a person wrote is shown as text, never as HTML. */

import { createAvatar, createPart } from "./chat-people.js";
import { formatClock } from "./format.js";
import { RowList } from "./row-list.js";

function createTime(at) {
  const date = new Date(at);
  const time = createPart("time", "said-at", formatClock(date));
  time.dateTime = date.toISOString();
  return time;
}

function createSaid({ person, text, at }, isOwn) {
  const row = document.createElement("li");
  row.className = "said";
  row.dataset.own = String(isOwn);
  const head = createPart("p", "said-head", "");
  head.append(createPart("span", "said-by", person.name), " ", createTime(at));
  row.append(createAvatar(person.name), head, createPart("p", "said-text", text));
  return row;
}

/** What was said in a room, and who came and went. */
export class ChatLog {
  #rows;

  /**
   * @param {HTMLElement} frame what scrolls
   * @param {HTMLElement} list where rows go
   * @param {HTMLElement} empty shown while there are no rows
   */
  constructor(frame, list, empty) {
    this.#rows = new RowList(frame, list, empty);
  }

  /** What somebody said, the visitor himself or another. */
  say(message, isOwn) {
    this.#rows.add(createSaid(message, isOwn));
  }

  /** What has happened. */
  note(text, kind = "event") {
    const row = createPart("li", "note", text);
    row.dataset.kind = kind;
    this.#rows.add(row);
  }

  clear() {
    this.#rows.clear();
  }
}
