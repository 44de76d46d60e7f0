/** Slow consumer: asks the server for a flood and takes its messages one by one from a channel, with a pause
 *  after each. It knows nothing of the page, which looks at its numbers as often as it likes. */

const { after, Channel, connect, select } = globalThis.OneSocket;

/** Messages that the connection holds unread before it stops reading. */
export const CAPACITY = 32;

/** One flood at a time. */
export class SlowConsumer {
  /** The pause after each message; it may be changed at any time. */
  delayMs = 0;
  #messages = null;
  #consumed = 0;
  /** Closed to end all waits at once. */
  #stop = null;

  /** How many messages were taken from the channel. */
  get consumed() {
    return this.#consumed;
  }

  /** How many wait in the channel. */
  get backlog() {
    return this.#messages?.length ?? 0;
  }

  /** How many the page has read from the network. */
  get received() {
    return this.#consumed + this.backlog;
  }

  /** Whether a flood is on. */
  get isRunning() {
    return this.#stop !== null;
  }

  /**
   * Connects, asks for `count` messages, and consumes them all, unless it is stopped.
   *
   * @param {string} url the flood's
   * @param {{ count: number, transport: "socket" | "stream" }} options
   * @throws {Error} (rejects) when the connection fails or ends early, or a message is missing
   */
  async run(url, { count, transport }) {
    this.#messages = null;
    this.#consumed = 0;
    this.#stop = new Channel();
    try {
      const connection = await connect(url, { channelCapacity: CAPACITY, transport });
      this.#messages = connection.channel();
      await connection.send(String(count));
      await this.#consume(count, connection);
      void connection.close(1000, "the visitor has seen enough");
    } finally {
      this.#stop = null;
    }
  }

  /** Ends the flood: whatever `run` waits for, it waits no longer. */
  stop() {
    if (!this.#stop.closed) this.#stop.close();
  }

  async #consume(count, connection) {
    while (this.#consumed < count && !this.#stop.closed) {
      const { channel, value } = await select([
        this.#stop.caseReceive(),
        this.#messages.caseReceive(),
      ]);
      if (channel === this.#stop) return;
      this.#check(value, connection);
      this.#consumed += 1;
      if (this.delayMs > 0) await this.#pause();
    }
  }

  async #pause() {
    await select([this.#stop.caseReceive(), after(this.delayMs).caseReceive()]);
  }

  #check(message, connection) {
    if (!message) throw connection.error ?? new Error("the connection ended in the middle");
    const number = Number.parseInt(message.data, 10);
    if (number !== this.#consumed + 1) {
      throw new Error(`message ${number} came after message ${this.#consumed}`);
    }
  }
}
