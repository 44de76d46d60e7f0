/** Ws output: what was sent over a `ws` socket and has not yet been handed to the network.
 *  Made at the first send; an idle connection has none. */

import type { WebSocket as WsSocket } from "ws";
import { payloadBytes, viewBytes } from "../base/bytes.ts";
import { Fifo } from "../base/fifo.ts";
import { Outbox } from "../base/outbox.ts";
import { ReadyState } from "../constants.ts";

// What a send asks of ws, by [binary][compressed]; shared, since ws only reads them.
const SEND_OPTIONS = [
  [
    { binary: false, compress: false },
    { binary: false, compress: true },
  ],
  [
    { binary: true, compress: false },
    { binary: true, compress: true },
  ],
] as const;

/** Who is told how the output fares. */
export interface OutputOwner {
  /** Whether the connection has been dropped: then what is unsent never leaves. */
  isLost(): boolean;
  /** Bytes have been handed to the network: there are fewer left than before. */
  handleDrain(): void;
  /** A Blob could not be read. */
  handleUnreadable(cause: unknown): void;
}

const EMPTY = new Uint8Array(0);

function isFixed(buffer: ArrayBufferLike): boolean {
  if ("resizable" in buffer && buffer.resizable === true) return false;
  // Told by what it is not, since an ArrayBuffer of another realm is none here.
  if (buffer instanceof ArrayBuffer) return true;
  return typeof SharedArrayBuffer !== "function" || !(buffer instanceof SharedArrayBuffer);
}

/**
 * Views bytes to be sent, without a copy.
 * @throws {TypeError} when the memory is shared, or can be resized: it could change while it is sent
 */
export function viewFixed(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  const buffer = ArrayBuffer.isView(source) ? source.buffer : source;
  if (!isFixed(buffer)) {
    throw new TypeError("WebSocket.send: memory that is shared or can be resized can't be sent");
  }
  // What is detached has no bytes, nor can it be viewed.
  if (source.byteLength === 0) return EMPTY;
  return source instanceof Uint8Array ? source : viewBytes(source);
}

/** Messages on their way, in order, and their payload bytes. */
export class WsOutput {
  readonly #ws: WsSocket | null;
  readonly #compressionThreshold: number;
  readonly #owner: OutputOwner;
  /** Payload sizes that the network has not taken yet, oldest first. */
  readonly #sizes = new Fifo<number>();
  #unsentBytes = 0;
  /** Of them, those that the network has taken since they were last counted. */
  #sentBytes = 0;
  #closing = false;
  /** Holds what waits behind a Blob. */
  #outbox: Outbox | null = null;
  /** What is to be done behind everything held. */
  #whenEmpty: (() => void) | null = null;

  /** @param compressionThreshold smallest message to compress, in bytes; `Infinity` for none */
  constructor(ws: WsSocket | null, compressionThreshold: number, owner: OutputOwner) {
    this.#ws = ws;
    this.#compressionThreshold = compressionThreshold;
    this.#owner = owner;
  }

  /** Payload bytes not yet handed to the network; what could not be sent stays counted. */
  get bytes(): number {
    return this.#unsentBytes + (this.#outbox?.bytes ?? 0);
  }

  send(data: string | Uint8Array | Blob): void {
    if (this.#closing || this.#ws?.readyState !== ReadyState.OPEN) {
      this.#unsentBytes += payloadBytes(data);
    } else if (this.#outbox || data instanceof Blob) this.#hold(data);
    else this.#write(data);
  }

  /**
   * Calls `act` behind everything that was sent; what is sent from now on is discarded, and counted.
   * @returns whether `act` has been called: false while a Blob is still being read
   */
  close(act: () => void): boolean {
    if (this.#closing) return true;
    this.#closing = true;
    if (this.#outbox === null) act();
    else this.#whenEmpty = act;
    return this.#outbox === null;
  }

  #write(data: string | Uint8Array): void {
    const isText = typeof data === "string";
    const deflates = this.#compressionThreshold !== Number.POSITIVE_INFINITY;
    // Masking copies the bytes before ws returns; compression reads them later.
    const bytes = isText || deflates ? Buffer.from(data) : data;
    const compress = bytes.length >= this.#compressionThreshold;
    this.#sizes.push(bytes.length);
    this.#unsentBytes += bytes.length;
    this.#ws?.send(bytes, SEND_OPTIONS[isText ? 0 : 1][compress ? 1 : 0], this.#handleSent);
  }

  // One function for all messages: Node calls back equal ones together.
  readonly #handleSent = (error?: Error | null): void => {
    const bytes = this.#sizes.shift() ?? 0;
    if (error) return;
    if (this.#sentBytes === 0 && bytes > 0) setImmediate(this.#countSent);
    this.#sentBytes += bytes;
  };

  // In a task of its own: the count may not fall within the one that sends.
  readonly #countSent = (): void => {
    // Node reports no error for what a dropped connection had not taken.
    if (this.#owner.isLost()) return;
    this.#unsentBytes -= this.#sentBytes;
    this.#sentBytes = 0;
    this.#owner.handleDrain();
  };

  #hold(data: string | Uint8Array | Blob): void {
    this.#outbox ??= new Outbox({
      deliver: (payload) => {
        if (this.#ws?.readyState === ReadyState.OPEN) this.#write(payload);
        else this.#unsentBytes += payloadBytes(payload);
      },
      empty: () => {
        this.#outbox = null;
        this.#whenEmpty?.();
      },
      fail: (cause) => this.#owner.handleUnreadable(cause),
    });
    this.#outbox.push(data);
  }
}
