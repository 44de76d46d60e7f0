/** Pull session: the echo without a listener. One loop awaits the messages of a connection, and its end.
 *  It knows nothing of the page; all that happens is reported to its observer. */

import { shorten } from "./format.js";

const { connect, isText } = globalThis.OneSocket;

const SHOWN_CHARACTERS = 160;
const encoder = new TextEncoder();

/** One connection at a time, and the loop over its messages. */
export class PullSession {
  #observer;
  #connection = null;
  /** When each message was sent that has not come back, oldest first. */
  #sentAt = [];
  #state = "CLOSED";

  /** @param {{ entry(entry: import("./echo-session.js").LogEntry): void, change(): void }} observer */
  constructor(observer) {
    this.#observer = observer;
  }

  /** CONNECTING, OPEN, CLOSING or CLOSED. */
  get state() {
    return this.#state;
  }

  /**
   * Connects, and reports every message until the connection ends. Never rejects.
   *
   * @param {string} url
   */
  async run(url) {
    this.#sentAt = [];
    this.#enter("CONNECTING", "connect", `await connect(“${url}”)`);
    try {
      this.#connection = await connect(url);
      this.#enter("OPEN", "open", "for await (const message of connection)");
      for await (const message of this.#connection) this.#handleMessage(message);
      const { code, reason } = await this.#connection.closed;
      this.#enter("CLOSED", "closed", `the loop is over: ${code}${reason && ` “${reason}”`}`);
    } catch (error) {
      this.#note("error", error.code ?? "error", error.message);
      this.#enter("CLOSED", "closed", "the loop is over");
    }
  }

  /** Sends a text. Never rejects. */
  async send(text) {
    this.#sentAt.push(performance.now());
    try {
      const sending = this.#connection.send(text);
      this.#note("sent", "text", shorten(text, SHOWN_CHARACTERS), encoder.encode(text).length);
      await sending;
    } catch (error) {
      this.#note("error", error.code, error.message);
    }
  }

  disconnect() {
    this.#enter("CLOSING", "close", "saying goodbye");
    void this.#connection.close(1000, "the visitor is done");
  }

  #handleMessage(message) {
    const roundTripMs = performance.now() - this.#sentAt.shift();
    const [kind, detail, bytes] = isText(message)
      ? ["text", shorten(message, SHOWN_CHARACTERS), encoder.encode(message).length]
      : ["binary", "", message.length];
    this.#observer.entry({ direction: "received", kind, detail, bytes, roundTripMs });
  }

  #enter(state, kind, detail) {
    this.#state = state;
    this.#note("state", kind, detail);
    this.#observer.change();
  }

  #note(direction, kind, detail, bytes) {
    this.#observer.entry({ direction, kind, detail, bytes });
  }
}
