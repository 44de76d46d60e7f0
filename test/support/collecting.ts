/** Collecting: a stream that keeps by reference what is written to it, and looks at it late: memory that
 *  was used again in the meantime shows. */

import { Duplex } from "node:stream";

/** Takes each write when it is told to, or at once. */
export class CollectingStream extends Duplex {
  readonly #chunks: Buffer[] = [];
  readonly #callbacks: ((error?: Error | null) => void)[] = [];
  #isHeld = false;

  /** How many writes there were. */
  get writes(): number {
    return this.#chunks.length;
  }

  /** All that was written so far, as it is in memory now. */
  get written(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Takes nothing more. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Takes one write that was held. */
  takeOne(): void {
    this.#callbacks.shift()?.();
  }

  /** Takes all that was held, and what comes. */
  release(): void {
    this.#isHeld = false;
    for (const callback of this.#callbacks.splice(0)) callback();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.#chunks.push(chunk);
    if (this.#isHeld) this.#callbacks.push(callback);
    else callback();
  }
}
