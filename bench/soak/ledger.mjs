/** Ledger: what the clients have seen: counts, and what must not have been. */

export class Ledger {
  /** Handshakes that were completed. */
  opened = 0;
  /** Numbered messages that were checked. */
  checked = 0;
  /** Lives by their kind. */
  lives = {};
  #violations = new Map();

  countLife(kind) {
    this.lives[kind] = (this.lives[kind] ?? 0) + 1;
  }

  /** Notes a violation where `isRight` is false. */
  require(isRight, text) {
    if (isRight) return;
    // Those that differ in numbers alone are alike: many of one kind must not hide another.
    const shape = text.replace(/\d+/g, "0");
    const seen = this.#violations.get(shape);
    if (seen) seen.count += 1;
    else this.#violations.set(shape, { first: text, count: 1 });
  }

  /** Each kind of violation: the first of it, and how many there were. */
  get violations() {
    return [...this.#violations.values()].map(
      ({ first, count }) => `${first} (${count} like this)`,
    );
  }
}

/** Checks that numbers come one after the other: none lost, none doubled. */
export class Sequence {
  #next = 0;
  #ledger;
  #name;

  constructor(ledger, name) {
    this.#ledger = ledger;
    this.#name = name;
  }

  /** How many have come. */
  get count() {
    return this.#next;
  }

  take(number) {
    this.#ledger.checked += 1;
    this.#ledger.require(
      number === this.#next,
      `${this.#name}: message ${number} came where ${this.#next} was due`,
    );
    this.#next = number + 1;
  }
}
