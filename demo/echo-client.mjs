/** Echo client: a socket that is asked for one round trip after the other.
 *  Every wait ends: with the echo, with the reason why the socket closed, or at the time limit. */

import { ReadyState, WebSocket } from "onesocket";

const TIME_LIMIT_MS = 30_000;
const STATE_NAMES = Object.keys(ReadyState);

/** One connection to an echo server. */
export class EchoClient {
  #socket;
  #pending = null;
  #failure = null;

  /** @param {string} url the echo server's `ws:` URL */
  constructor(url) {
    this.#socket = new WebSocket(url, "echo", { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
    this.#socket.addListener("open", () => this.#pending?.resolve());
    this.#socket.addListener("message", (_event, data) => this.#handleMessage(data));
    this.#socket.addListener("close", (_event, info) => this.#handleClose(info));
    this.#socket.onerror = ({ message }) => {
      this.#failure = message;
    };
  }

  /** The name of the socket's state: CONNECTING, OPEN, CLOSING or CLOSED. */
  get state() {
    return STATE_NAMES[this.#socket.readyState];
  }

  /** The subprotocol that the server chose. */
  get protocol() {
    return this.#socket.protocol;
  }

  /** Resolves once the connection is open. Rejects with the reason when it fails. */
  open() {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  /**
   * Sends a message; resolves with what `read` makes of the echo, and the time that it took.
   *
   * `read` is called within the listener, as a binary echo lies in a buffer that the next one reuses.
   *
   * @param {string | import("onesocket").ByteBuffer} data
   * @param {(echo: string | import("onesocket").ByteBuffer) => unknown} read
   */
  roundTrip(data, read) {
    return new Promise((resolve, reject) => {
      const sentAt = performance.now();
      const finish = (echo) => {
        const roundTripMs = performance.now() - sentAt;
        resolve({ echo: read(echo), roundTripMs });
      };
      this.#pending = { resolve: finish, reject };
      this.#socket.send(data);
    });
  }

  /** Starts to close. */
  close(code, reason) {
    this.#socket.close(code, reason);
  }

  /** Resolves with how the connection closed, once it has. */
  closed() {
    return this.#socket.read();
  }

  #handleMessage(data) {
    const pending = this.#pending;
    this.#pending = null;
    try {
      pending?.resolve(data);
    } catch (error) {
      pending?.reject(error);
    }
  }

  #handleClose({ code, reason }) {
    const why = this.#failure ?? `the connection closed with ${code} ${JSON.stringify(reason)}`;
    this.#pending?.reject(new Error(why));
  }
}
