/** Chat session: one connection to the chat at a time, and the loop over what the server tells.
 *  It knows nothing of the page; all that happens is reported to its observer. */

const { connect } = globalThis.OneSocket;

/**
 * @typedef {object} ChatObserver
 * @property {(message: { type: string }) => void} message the server told something
 * @property {() => void} change the state is another
 * @property {(why: string) => void} end the connection has ended
 */
export class ChatSession {
  #observer;
  #connection = null;
  #state = "CLOSED";

  /** @param {ChatObserver} observer */
  constructor(observer) {
    this.#observer = observer;
  }

  /** CONNECTING, OPEN, CLOSING or CLOSED. */
  get state() {
    return this.#state;
  }

  /**
   * Connects, joins, and reports every message until the connection ends. Never rejects.
   *
   * @param {string} url
   * @param {{ name: string, room: string }} place
   */
  async run(url, place) {
    this.#enter("CONNECTING");
    let why;
    try {
      this.#connection = await connect(url);
      this.#enter("OPEN");
      this.join(place);
      for await (const message of this.#connection) this.#observer.message(JSON.parse(message));
      const { code, reason } = await this.#connection.closed;
      why = `${code}${reason && ` “${reason}”`}`;
    } catch (error) {
      why = error.message;
    }
    this.#enter("CLOSED");
    this.#observer.end(why);
  }

  /** Asks for another room, or another name. */
  join({ name, room }) {
    this.#send({ type: "join", name, room });
  }

  say(text) {
    this.#send({ type: "say", text });
  }

  leave() {
    this.#enter("CLOSING");
    void this.#connection.close(1000, "the visitor has left");
  }

  /** What can't be sent any more is told by the end of the loop. */
  #send(request) {
    this.#connection.send(request).catch(() => {});
  }

  #enter(state) {
    this.#state = state;
    this.#observer.change();
  }
}
