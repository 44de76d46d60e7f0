/** Turn: does what many sockets have to do at the end of a turn in one go. */

/** Collects subjects, and acts on all of them once it is their turn. */
export class Turn<T> {
  readonly #schedule: (run: () => void) => unknown;
  readonly #act: (subject: T) => void;
  #subjects: T[] = [];
  #isScheduled = false;
  #isHeld = false;
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
    this.#subjects.push(subject);
    if (this.#isForExit) {
      // Not when it is made: to import this has no effect.
      this.#isForExit = false;
      process.once("exit", this.#run);
    }
    if (!this.#isHeld) this.#scheduleOnce();
  }

  /** Has nobody called back until `release`: it costs more than what may be there to do. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Has the rest done later; what there was to do for `done` is done. */
  release(done: T | null): void {
    this.#isHeld = false;
    const subjects = this.#subjects;
    if (subjects.length === 1 && subjects[0] === done) subjects.pop();
    if (subjects.length > 0) this.#scheduleOnce();
  }

  #scheduleOnce(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(this.#run);
  }

  readonly #run = (): void => {
    this.#isScheduled = false;
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
