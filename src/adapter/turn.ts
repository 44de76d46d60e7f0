/** Turn: does what many sockets have to do at the end of a turn in one go. */

/** Collects subjects, and acts on all of them once it is their turn. */
export class Turn<T> {
  readonly #schedule: (run: () => void) => unknown;
  readonly #act: (subject: T) => void;
  #subjects: T[] = [];
  /** Whether what is left is still to be done when the process exits. */
  #isForExit: boolean;

  /**
   * @param schedule calls what it is given later, never from within the call
   * @param isForExit whether a turn that the process does not live to see the end of is to be ended at its exit
   */
  constructor(
    schedule: (run: () => void) => unknown,
    act: (subject: T) => void,
    isForExit = false,
  ) {
    this.#schedule = schedule;
    this.#act = act;
    this.#isForExit = isForExit;
  }

  add(subject: T): void {
    if (this.#subjects.push(subject) > 1) return;
    if (this.#isForExit) {
      // Not when it is made: to import this has no effect.
      this.#isForExit = false;
      process.once("exit", this.#run);
    }
    this.#schedule(this.#run);
  }

  readonly #run = (): void => {
    const subjects = this.#subjects;
    this.#subjects = [];
    this.#actOn(subjects);
  };

  /** What one of them throws is for the process to know, and for none of the others. */
  #actOn(subjects: readonly T[]): void {
    let taken = 0;
    try {
      for (const subject of subjects) {
        taken += 1;
        this.#act(subject);
      }
    } finally {
      if (taken < subjects.length) this.#schedule(() => this.#actOn(subjects.slice(taken)));
    }
  }
}
