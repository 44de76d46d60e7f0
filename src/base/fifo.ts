/** Fifo: a queue whose both ends cost the same however long it is. */

/** A store of so many places is kept when it is empty: one that is filled and emptied each turn allocates nothing. */
const KEPT_PLACES = 64;
/** So many taken places are given back at least, lest few are moved often. */
const MIN_TAKEN = 1024;

/** First in, first out. Memory of what was taken is given back once half of the store is empty. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;
  #tail = 0;

  get size(): number {
    return this.#tail - this.#head;
  }

  push(item: T): void {
    this.#items[this.#tail++] = item;
  }

  /** Takes the oldest item, or undefined where there is none. */
  shift(): T | undefined {
    if (this.#head === this.#tail) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#tail) this.#reset(this.#tail > KEPT_PLACES ? [] : this.#items, 0);
    else if (this.#head > MIN_TAKEN && this.#head * 2 > this.#tail) {
      this.#reset(this.#items.slice(this.#head, this.#tail), this.size);
    }
    return item;
  }

  #reset(items: (T | undefined)[], tail: number): void {
    this.#items = items;
    this.#head = 0;
    this.#tail = tail;
  }
}
