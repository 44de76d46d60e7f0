/** Ws handshake: what `ws` leaves to its user while it dials: refusals, redirects, the raw socket. */

import type { ClientRequest, IncomingMessage } from "node:http";
import { startTimer, type Timer } from "../base/timer.ts";
import type { SocketError } from "../errors.ts";
import type { WebSocketOptions } from "./adapter.ts";
import { describeAbort, describeDowngrade, describeRefusal, describeTimeout } from "./ws-errors.ts";
import { dialTimeoutOf } from "./ws-options.ts";

/** What bounds a dial from outside: its time, and the caller's signal, which outlives it. */
export class DialBounds {
  readonly #timer: Timer;
  readonly #signal: AbortSignal | undefined;
  readonly #abort: () => void;

  /** Calls `end` with the reason when the time is up or the signal is aborted, never from within. */
  constructor(url: string, options: WebSocketOptions, end: (error: SocketError) => void) {
    const timeoutMs = dialTimeoutOf(options);
    this.#timer = startTimer(timeoutMs, () => end(describeTimeout(url, timeoutMs)));
    this.#signal = options.signal;
    this.#abort = () => end(describeAbort(url, this.#signal?.reason));
    this.#signal?.addEventListener("abort", this.#abort);
  }

  /** The handshake is done: from now on only the signal counts. */
  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  release(): void {
    this.stopTimer();
    this.#signal?.removeEventListener("abort", this.#abort);
  }
}

/** How much of a refusal's body goes into the error, in bytes. */
const MAX_BODY_BYTES = 512;

/**
 * Calls `done` once with the error that a refusal makes, when the start of its body is there.
 * How long the body may take is bounded by the dial's timeout.
 */
export function readRefusal(
  response: IncomingMessage,
  url: string,
  done: (error: SocketError) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (): void => {
    response.removeAllListeners("data");
    const { statusCode: status = 0, statusMessage: statusText = "", headers } = response;
    const body = Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString();
    done(describeRefusal({ status, statusText, body, location: headers.location }, url));
  };
  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_BODY_BYTES) response.destroy();
  });
  // A body cut short is as good as a whole one here.
  response.on("error", () => {});
  response.once("close", finish);
}

/**
 * Guards a redirect that is about to be followed: takes the caller's fields off when it leaves for
 * another origin, and returns an error when it would leave TLS.
 */
export function guardRedirect(
  from: string,
  to: string,
  request: ClientRequest,
  fields: readonly string[],
): SocketError | null {
  const origin = new URL(from);
  const target = new URL(to);
  if (origin.protocol === "wss:" && target.protocol !== "wss:") return describeDowngrade(from, to);
  if (origin.origin !== target.origin) {
    for (const field of fields) request.removeHeader(field);
  }
  return null;
}
