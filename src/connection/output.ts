/** Output: tells when what was sent has reached the network.
 *  Bytes leave in order: a message has left once no more are buffered than were sent behind it. */

import { startTimer, type Timer } from "../base/timer.ts";
import type { Link } from "../link.ts";

/** Where a platform does not tell when bytes leave: bytes that may be buffered while a send counts as done. */
const SLACK_BYTES = 64 * 1024;
/** How often it is asked then, in ms. */
const POLL_MS = 10;

interface Unsent {
  /** The count of sent bytes with which this message ends. */
  readonly end: number;
  resolve(): void;
}

export class Output {
  readonly #link: Link;
  /** Those that have not left, oldest first. */
  readonly #unsent = new Set<Unsent>();
  #sentBytes = 0;
  #poll: Timer;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Sends; `resolve` is called once it has left. @returns what forgets about that */
  send(payload: string | ArrayBuffer | ArrayBufferView, resolve: () => void): () => void {
    const { adapter, socket } = this.#link;
    const before = adapter.bufferedAmount;
    socket.send(payload);
    this.#sentBytes += adapter.bufferedAmount - before;
    const unsent = { end: this.#sentBytes, resolve };
    this.#unsent.add(unsent);
    this.check();
    return () => this.#unsent.delete(unsent);
  }

  /** Resolves what has left. */
  check(): void {
    const { reportsDrain, bufferedAmount } = this.#link.adapter;
    clearTimeout(this.#poll);
    for (const unsent of this.#unsent) {
      const behind = this.#sentBytes - unsent.end;
      if (bufferedAmount > Math.max(reportsDrain ? 0 : SLACK_BYTES, behind)) {
        if (!reportsDrain) this.#poll = startTimer(POLL_MS, () => this.check(), null);
        return;
      }
      this.#unsent.delete(unsent);
      unsent.resolve();
    }
  }
}
