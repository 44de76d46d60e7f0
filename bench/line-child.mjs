/** A child process that answers a line of its standard input with a line of its standard output.
 *  It ends with that input, so with this process too. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export class LineChild {
  /** Resolves with the first line, which the child writes unasked once it is ready. */
  ready;
  #label;
  #process;
  #lines;
  #gone;

  constructor(label, [file, ...args]) {
    this.#label = label;
    this.#process = spawn(file, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#process.stdout });
    this.#gone = once(this.#process, "exit").then(([code, signal]) => {
      throw new Error(`the ${this.#label} exited with ${signal ?? code}`);
    });
    // Who asks is told; with nobody asking it may go.
    this.#gone.catch(() => {});
    this.ready = this.#next();
  }

  get pid() {
    return this.#process.pid;
  }

  /** Writes a line and resolves with the one that answers it. */
  ask(line) {
    const answer = this.#next();
    this.#process.stdin.write(`${line}\n`);
    return answer;
  }

  stop() {
    this.#process.stdin.end();
  }

  async #next() {
    const [line] = await Promise.race([once(this.#lines, "line"), this.#gone]);
    return line;
  }
}
