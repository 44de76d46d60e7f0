/** A child process that answers one message with one message. */

import { fork } from "node:child_process";
import { ROUND_TIMEOUT_MS } from "./limits.mjs";

export class Child {
  /** Resolves with the first message, which the child sends unasked once it is ready. */
  ready;
  #process;
  #label;

  /**
   * @param file a module beside this one
   * @param options `node`, the executable, by default this process's own, and variables as `env`
   */
  constructor(label, file, args = [], { node = process.execPath, env = {} } = {}) {
    this.#label = label;
    this.#process = fork(new URL(file, import.meta.url), args, {
      execPath: node,
      execArgv: ["--expose-gc"],
      env: { ...process.env, ...env },
    });
    this.ready = this.#next();
  }

  get pid() {
    return this.#process.pid;
  }

  /** Sends `question` and resolves with the answer. */
  async ask(question) {
    if (!this.#process.connected) throw new Error(`the ${this.#label} is gone`);
    const answer = this.#next();
    // A failure to reach it is told by its exit.
    this.#process.send(question, () => {});
    return await answer;
  }

  stop() {
    this.#process.kill();
  }

  /** Resolves with the child's next message; rejects when it exits first or takes too long. */
  #next() {
    return new Promise((resolve, reject) => {
      const settle = (act, value) => {
        clearTimeout(timer);
        this.#process.off("message", onMessage);
        this.#process.off("exit", onExit);
        act(value);
      };
      const fail = (why) => settle(reject, new Error(`the ${this.#label} ${why}`));
      const onMessage = (message) => settle(resolve, message);
      const onExit = (code, signal) => fail(`exited with ${signal ?? code}`);
      const timer = setTimeout(
        () => fail(`gave no answer in ${ROUND_TIMEOUT_MS} ms`),
        ROUND_TIMEOUT_MS,
      );
      this.#process.on("message", onMessage);
      this.#process.on("exit", onExit);
    });
  }
}
