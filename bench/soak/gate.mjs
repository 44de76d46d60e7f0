/** Gate: lets so many in at once; who comes meanwhile waits in line. */

export class Gate {
  #free;
  #waiting = [];

  constructor(size) {
    this.#free = size;
  }

  /** Runs `act` once there is room. */
  async pass(act) {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise((resolve) => this.#waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
