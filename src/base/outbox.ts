/** Outbox: keeps messages in order while a Blob among them is still being read.
 *  It exists only as long as it holds something. */

import { payloadBytes } from "./bytes.ts";

type Payload = string | Uint8Array | Blob;
type Step = { payload: Payload; bytes: number };

/** What an outbox does with its messages. */
export interface OutboxOwner {
  /** Sends the oldest message; its bytes no longer count as held here. */
  deliver(payload: string | Uint8Array): void;
  /** A Blob could not be read: what stands behind it can't be sent in order. */
  fail(cause: unknown): void;
  /** Everything has been delivered; this outbox is not used again. */
  empty(): void;
}

/** Messages waiting behind a Blob, oldest first. */
export class Outbox {
  readonly #owner: OutboxOwner;
  readonly #steps: Step[] = [];
  /** Payload bytes held. */
  bytes = 0;
  /** What is to be done behind everything held. */
  whenEmpty: (() => void) | null = null;

  constructor(owner: OutboxOwner) {
    this.#owner = owner;
  }

  /** Adds a message; bytes are copied, so that the caller may reuse them. */
  push(payload: Payload): void {
    const step = {
      payload: payload instanceof Uint8Array ? payload.slice() : payload,
      bytes: payloadBytes(payload),
    };
    this.bytes += step.bytes;
    if (this.#steps.push(step) === 1) void this.#run();
  }

  async #run(): Promise<void> {
    try {
      for (let step = this.#steps[0]; step; step = this.#steps[0]) {
        const { payload, bytes } = step;
        const data =
          payload instanceof Blob ? new Uint8Array(await payload.arrayBuffer()) : payload;
        this.#steps.shift();
        this.bytes -= bytes;
        this.#owner.deliver(data);
      }
      this.#owner.empty();
      this.whenEmpty?.();
    } catch (cause) {
      this.#owner.fail(cause);
    }
  }
}
