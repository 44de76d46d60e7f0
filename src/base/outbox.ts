/** Outbox: keeps messages in order while a Blob among them is still being read.
 *  It exists only as long as it holds something. */

import { payloadBytes } from "./bytes.ts";

type Held = string | Uint8Array | Blob;

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
  readonly #held: Held[] = [];
  #bytes = 0;

  constructor(owner: OutboxOwner) {
    this.#owner = owner;
  }

  /** Payload bytes held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a message; bytes are copied, so that the caller may reuse them. */
  push(payload: Held): void {
    this.#bytes += payloadBytes(payload);
    const isFirst = this.#held.length === 0;
    this.#held.push(payload instanceof Uint8Array ? new Uint8Array(payload) : payload);
    if (isFirst) void this.#run();
  }

  async #run(): Promise<void> {
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      const data = next instanceof Blob ? await this.#read(next) : next;
      if (data === null) return;
      this.#held.shift();
      this.#bytes -= payloadBytes(data);
      this.#owner.deliver(data);
    }
    this.#owner.empty();
  }

  async #read(blob: Blob): Promise<Uint8Array | null> {
    try {
      return new Uint8Array(await blob.arrayBuffer());
    } catch (cause) {
      this.#owner.fail(cause);
      return null;
    }
  }
}
