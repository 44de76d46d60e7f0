/** Ws dial: one dial from its first handshake to the last, its redirects followed, its time bounded. */

import type { ClientRequest, IncomingMessage } from "node:http";
import { startTimer, type Timer } from "../base/timer.ts";
import type { SocketError } from "../errors.ts";
import { describeAbort, describeTimeout } from "./ends.ts";
import type { ClientHandshake, StartHandshake } from "./frame-handshake.ts";
import { dialTimeoutOf } from "./ws-options.ts";
import { type GuardedOptions, Redirects, readRefusal } from "./ws-redirects.ts";

/** Who dials. */
export interface DialOwner {
  /** The next handshake has been started. */
  take(handshake: ClientHandshake): void;
  /** The next handshake could not even be started. */
  handleUnstarted(error: unknown): void;
  /** The dial has failed. */
  abort(error: SocketError): void;
}

export class WsDial {
  readonly #url: URL;
  readonly #connect: StartHandshake;
  readonly #request: GuardedOptions;
  readonly #owner: DialOwner;
  readonly #redirects: Redirects | null;
  readonly #timer: Timer;

  constructor(url: URL, connect: StartHandshake, request: GuardedOptions, owner: DialOwner) {
    this.#url = url;
    this.#connect = connect;
    this.#request = request;
    this.#owner = owner;
    const { options } = request;
    this.#redirects = options.followRedirects ? new Redirects(url, connect, request) : null;
    this.#timer = startTimer(dialTimeoutOf(options), WsDial.#endLate, this);
  }

  static #endLate(dial: WsDial): void {
    const timeoutMs = dialTimeoutOf(dial.#request.options);
    dial.#owner.abort(describeTimeout(dial.#url.href, timeoutMs));
  }

  /** Starts the first handshake. @throws what says why it could not be started */
  start(): void {
    const { signal } = this.#request.options;
    if (signal?.aborted) throw describeAbort(this.#url.href, signal.reason);
    this.#owner.take(this.#connect(this.#url, this.#request.options));
  }

  /** Takes an answer that is no upgrade: a redirect that leads on, or the end of the dial. */
  handleRefusal(request: ClientRequest, response: IncomingMessage, last: ClientHandshake): void {
    // Else an agent would give the connection to its next request, and that would be ended with this.
    request.shouldKeepAlive = false;
    if (this.#redirects?.takes(response)) this.#redirect(this.#redirects, response, last);
    else readRefusal(response, this.#url.href, (error) => this.#owner.abort(error));
  }

  /** The dial is over, well or not. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #redirect(redirects: Redirects, response: IncomingMessage, last: ClientHandshake): void {
    try {
      this.#owner.take(redirects.follow(response));
      last.owner = null;
    } catch (error) {
      this.#owner.handleUnstarted(error);
    }
    last.terminate();
  }
}
