/** Fifo: a queue whose both ends cost the same however long it is. */

/** First in, first out. Memory of what was taken is given back once half of the store is empty. */
export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes the oldest item, or undefined where there is none. */
  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (this.#head < this.#items.length) this.#head += 1;
    if (this.#head === this.#items.length) this.#reset([]);
    else if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#reset(this.#items.slice(this.#head));
    }
    return item;
  }

  #reset(items: T[]): void {
    // Reused while short: a queue that is filled and emptied each turn allocates nothing.
    if (items.length === 0 && this.#items.length <= 1024) this.#items.length = 0;
    else this.#items = items;
    this.#head = 0;
  }
}
