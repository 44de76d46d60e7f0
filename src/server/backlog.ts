/** Backlog: messages for a peer that has not caught up, where the oldest may be dropped. */

import type { Frame } from "../adapter/ws-frame.ts";
import { Fifo } from "../base/fifo.ts";

/** Holds at most so many bytes of payload, but always the newest message; the oldest make room. */
export class Backlog {
  readonly #frames = new Fifo<Frame>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds the newest. @returns how many were dropped for it */
  push(frame: Frame): number {
    this.#frames.push(frame);
    this.#bytes += frame.payloadBytes;
    let dropped = 0;
    while (this.#bytes > this.#maxBytes && this.#frames.size > 1 && this.shift()) dropped += 1;
    return dropped;
  }

  /** Takes the oldest. */
  shift(): Frame | undefined {
    const frame = this.#frames.shift();
    if (frame) this.#bytes -= frame.payloadBytes;
    return frame;
  }
}
