/** Guard: watches a raw socket while something else decides about it.
 *  It keeps what comes early, notices a peer that hangs up, and never lets an error go unheard. */

import type { Duplex } from "node:stream";
import { toError } from "./refusal.ts";

/** Early bytes that are kept; then reading stops, and the peer has to wait. */
const MAX_EARLY_BYTES = 64 * 1024;

/** Starts to guard `socket`, as Node's `upgrade` event gives it with its `head`. */
export function guardSocket(socket: Duplex, head: Buffer): SocketGuard {
  return new SocketGuard(socket, head);
}

/** A guarded socket, until `release`. */
export class SocketGuard {
  readonly #socket: Duplex;
  readonly #controller = new AbortController();
  #early: Buffer[];
  #earlyBytes: number;
  #isReleased = false;

  constructor(socket: Duplex, head: Buffer) {
    this.#socket = socket;
    this.#early = [head];
    this.#earlyBytes = head.length;
    // Stays for the life of the socket: between two owners nobody else would hear an error.
    socket.on("error", ignore);
    socket.on("error", this.#handleError);
    socket.on("end", this.#handleEnd);
    socket.on("close", this.#handleEnd);
    if (socket.destroyed || socket.readableEnded) this.#abandon();
    else this.#read();
  }

  /** Aborted when the peer hangs up; its reason is the `SocketError`, `ERR_HANDSHAKE_ABANDONED`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the peer has hung up: it ended its side, or the connection is gone. */
  get abandoned(): boolean {
    return this.signal.aborted;
  }

  /**
   * Stops guarding and returns all that has been read, the head first; from then on the signal stays as it is.
   *
   * The socket is left paused, so that nothing is lost before somebody reads: who takes it over has to call
   * `resume`, since a listener to "data" alone does not start a socket that was paused. An error of it is
   * still ignored. A second call does nothing and returns no bytes.
   */
  release(): Buffer {
    const early = Buffer.concat(this.#early);
    this.#early = [];
    if (this.#isReleased) return early;
    this.#isReleased = true;
    const socket = this.#socket;
    socket.off("data", this.#handleData);
    socket.off("error", this.#handleError);
    socket.off("end", this.#handleEnd);
    socket.off("close", this.#handleEnd);
    socket.pause();
    return early;
  }

  /** The end of a stream is noticed by reading alone. */
  #read(): void {
    this.#socket.on("data", this.#handleData);
    if (this.#earlyBytes < MAX_EARLY_BYTES) this.#socket.resume();
    else this.#socket.pause();
  }

  readonly #handleData = (chunk: Buffer): void => {
    this.#early.push(chunk);
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes >= MAX_EARLY_BYTES) this.#socket.pause();
  };

  readonly #handleEnd = (): void => this.#abandon();

  readonly #handleError = (cause: Error): void => this.#abandon(cause);

  /** The first reason stays: an error comes before the close that it makes. */
  #abandon(cause?: Error): void {
    const message = "upgrade: the peer hung up before the handshake was answered";
    const refusal = { status: 408, code: "ERR_HANDSHAKE_ABANDONED", message } as const;
    this.#controller.abort(toError(cause === undefined ? refusal : { ...refusal, cause }));
  }
}

function ignore(): void {}
