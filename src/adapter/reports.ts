/** Reports: keeps what a socket of Node reports in order, and in tasks of their own where that is asked for. */

/** Whose reports they are. */
export interface ReportsOwner {
  /** Whether the end has begun: that becomes known in a task of its own, too. */
  readonly isEnding: boolean;
}

/** Reports in order; each that waits has a task of its own. */
export class Reports {
  readonly #owner: ReportsOwner;
  #waiting = 0;

  constructor(owner: ReportsOwner) {
    this.#owner = owner;
  }

  /** Whether anything waits: then all that follows does. */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** Reports behind all that waits. */
  report(step: () => unknown): void {
    if (this.#waiting === 0) step();
    else this.reportLater(step);
  }

  /** What is reported from now on waits for a task of its own. */
  hold(): void {
    this.reportLater(() => {});
  }

  /** Reports in a task of its own. */
  reportLater(step: () => unknown): void {
    this.#waiting += 1;
    // Node runs all microtasks between two of these.
    setImmediate(() => {
      step();
      if (this.#waiting === 1 && this.#owner.isEnding) setImmediate(() => this.#rest());
      else this.#rest();
    });
  }

  #rest(): void {
    this.#waiting -= 1;
  }
}
