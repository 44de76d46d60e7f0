/** Row list: rows in a frame that scrolls, the newest at the end, the oldest dropped.
 *  It follows the newest row unless the reader has scrolled back. */

const MAX_ROWS = 200;
const FOLLOW_WITHIN_PX = 40;

export class RowList {
  #frame;
  #list;
  #empty;
  #isFollowing = true;

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
    frame.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = frame;
      this.#isFollowing = scrollHeight - scrollTop - clientHeight < FOLLOW_WITHIN_PX;
    });
    // Rows that came while the frame was hidden, or taller, are below its edge.
    new ResizeObserver(() => this.#follow()).observe(frame);
  }

  /** @param {HTMLElement} row */
  add(row) {
    this.#list.append(row);
    if (this.#list.childElementCount > MAX_ROWS) this.#list.firstElementChild.remove();
    this.#empty.hidden = true;
    this.#follow();
  }

  clear() {
    this.#list.replaceChildren();
    this.#empty.hidden = false;
  }

  #follow() {
    if (this.#isFollowing) this.#frame.scrollTop = this.#frame.scrollHeight;
  }
}
