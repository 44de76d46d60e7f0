/** Ws dial: one dial from its first handshake to the last, its redirects followed, its time bounded. */

import type { ClientRequest, IncomingMessage } from "node:http";
import { startTimer, type Timer } from "../base/timer.ts";
import type { SocketError } from "../errors.ts";
import type { ClientHandshake, StartHandshake } from "./client-handshake.ts";
import { describeAbort, describeTimeout } from "./ends.ts";
import { describeHalfUpgrade } from "./ws-errors.ts";
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
  /** The handshake that is on its way. */
  #last: ClientHandshake | null = null;

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
    this.#take(this.#connect(this.#url, this.#request.options));
  }

  /** Takes an answer that is no upgrade: half of one, a redirect that leads on, or the end of the dial. */
  handleRefusal(request: ClientRequest, response: IncomingMessage): void {
    // Else an agent would give the connection to its next request, and that would be ended with this.
    request.shouldKeepAlive = false;
    if (response.statusCode === 101) this.#owner.abort(describeHalfUpgrade(this.#url.href));
    else if (this.#redirects?.takes(response)) this.#redirect(this.#redirects, response);
    else readRefusal(response, this.#url.href, (error) => this.#owner.abort(error));
  }

  /** The dial is over, well or not. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #take(handshake: ClientHandshake): void {
    this.#last = handshake;
    this.#owner.take(handshake);
  }

  #redirect(redirects: Redirects, response: IncomingMessage): void {
    const last = this.#last;
    try {
      this.#take(redirects.follow(response));
      if (last) last.owner = null;
    } catch (error) {
      this.#owner.handleUnstarted(error);
    }
    last?.terminate();
  }
}
