/** Inbox: holds messages until someone asks for one.
 *  Above its high mark it has the network stopped, and at the low one started again. */

import { Channel } from "./channel.ts";
import type { Message, MessageData } from "./message.ts";

/** Bytes of messages above which reading stops, however few they are. */
const HIGH_BYTES = 1024 * 1024;

/** What the inbox does about too much of a good thing. */
export interface InboxFlow {
  /** Stops reading. @returns whether it could */
  pause(): boolean;
  resume(): void;
  /** There are more than `maxBytes`, and reading can't be stopped. */
  overflow(): void;
}

function sizeOf({ data }: Message): number {
  return data.length;
}

export class Inbox {
  readonly queue: Channel<Message>;
  readonly #maxBytes: number;
  readonly #flow: InboxFlow;
  #bytes = 0;
  #paused = false;

  constructor(capacity: number, maxBytes: number, flow: InboxFlow) {
    this.#maxBytes = maxBytes;
    this.#flow = flow;
    this.queue = new Channel(capacity);
    this.queue.onTake = (message) => this.#handleTake(message);
  }

  /** Whether reading has been stopped. */
  get paused(): boolean {
    return this.#paused;
  }

  push(data: MessageData): void {
    const { queue } = this;
    const { length } = queue;
    // Its own copy of the bytes: those of the adapter may be used again (and a Buffer's slice is no copy).
    const message: Message =
      typeof data === "string"
        ? { type: "text", data }
        : { type: "binary", data: new Uint8Array(data) };
    queue.push(message);
    if (queue.length === length) return;
    this.#bytes += sizeOf(message);
    if (this.#paused || (queue.length < queue.capacity && this.#bytes < HIGH_BYTES)) return;
    this.#paused = this.#flow.pause();
    if (!this.#paused && this.#bytes > this.#maxBytes) this.#flow.overflow();
  }

  #handleTake(message: Message): void {
    this.#bytes -= sizeOf(message);
    if (!this.#paused || this.queue.length * 2 > this.queue.capacity) return;
    if (this.#bytes * 2 > HIGH_BYTES) return;
    this.#paused = false;
    this.#flow.resume();
  }
}
