/** Backlog: messages for a peer that has not caught up, where the oldest may be dropped. */

import type { Frame } from "../adapter/frame-batch.ts";
import { MESSAGE_OVERHEAD_BYTES } from "../adapter/output.ts";
import { Fifo } from "../base/fifo.ts";

/** A message, and the topic that it is for; null for a broadcast. */
export interface Held {
  readonly frame: Frame;
  readonly topic: string | null;
}

/** Holds at most so many bytes, those included that each message takes itself, but always the newest one. */
export class Backlog {
  readonly #held = new Fifo<Held>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many messages it holds. */
  get size(): number {
    return this.#held.size;
  }

  /** Adds the newest. @returns those that were dropped for it, the oldest first */
  push(held: Held): readonly Held[] {
    this.#held.push(held);
    this.#bytes += sizeOf(held);
    const dropped: Held[] = [];
    while (this.#bytes > this.#maxBytes && this.size > 1) {
      const oldest = this.shift();
      if (oldest) dropped.push(oldest);
    }
    return dropped;
  }

  /** Takes the oldest. */
  shift(): Held | undefined {
    const held = this.#held.shift();
    if (held) this.#bytes -= sizeOf(held);
    return held;
  }
}

function sizeOf({ frame }: Held): number {
  return frame.payloadBytes + MESSAGE_OVERHEAD_BYTES;
}
