/** Turn: does what many sockets have to do at the end of a turn in one go. */

/** Collects subjects, and acts on all of them once it is their turn. */
export class Turn<T> {
  readonly #schedule: (run: () => void) => unknown;
  readonly #act: (subject: T) => void;
  #subjects: T[] = [];

  /** @param schedule calls what it is given later, never from within the call */
  constructor(schedule: (run: () => void) => unknown, act: (subject: T) => void) {
    this.#schedule = schedule;
    this.#act = act;
  }

  add(subject: T): void {
    if (this.#subjects.push(subject) === 1) this.#schedule(this.#run);
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
