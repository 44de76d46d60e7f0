/** Ws output: messages that leave through a `ws` socket. */

import type { Duplex } from "node:stream";
import type { WebSocket as WsSocket } from "ws";
import { Fifo } from "../base/fifo.ts";
import { ReadyState } from "../constants.ts";
import type { Batch } from "./frame-batch.ts";
import { MESSAGE_OVERHEAD_BYTES, Output, type OutputOwner, type OutputSettings } from "./output.ts";

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

export class WsOutput extends Output {
  readonly #ws: WsSocket;
  /** Of a server: where frames are written that were made for many. Null of a client, which masks each. */
  readonly #socket: Duplex | null;
  /** Payload sizes that the network has not taken yet, oldest first. */
  readonly #sizes = new Fifo<number>();
  /** Messages that ws is compressing: what is written past it would overtake them. */
  #compressing = 0;

  constructor(ws: WsSocket, socket: Duplex | null, settings: OutputSettings, owner: OutputOwner) {
    super(settings, owner);
    this.#ws = ws;
    this.#socket = socket;
  }

  protected override get isOpen(): boolean {
    return this.#ws.readyState === ReadyState.OPEN;
  }

  protected override get takesBatches(): boolean {
    return this.#socket !== null && this.#compressing === 0;
  }

  protected override get preparedBytes(): number {
    const { writableLength = 0 } = this.#socket ?? {};
    // Beside what the network was given, ws counts what it is compressing.
    return this.#ws.bufferedAmount - writableLength;
  }

  protected override get writtenBytes(): number {
    const { writableLength = 0 } = this.#socket ?? {};
    return writableLength + this.#sizes.size * MESSAGE_OVERHEAD_BYTES;
  }

  protected override write(data: string | Uint8Array): void {
    const isText = typeof data === "string";
    const { compressionThreshold } = this.settings;
    // Masking copies the bytes before ws returns. A server masks nothing, and compression reads them later.
    const isReadLater = this.#socket !== null || compressionThreshold !== Number.POSITIVE_INFINITY;
    const bytes = isText || isReadLater ? Buffer.from(data) : data;
    const compress = bytes.length >= compressionThreshold;
    this.#sizes.push(bytes.length);
    this.countTaken(bytes.length);
    const options = SEND_OPTIONS[isText ? 0 : 1][compress ? 1 : 0];
    // What is behind a message that is being compressed waits for it, too.
    const waits = compress || this.#compressing > 0;
    if (waits) this.#compressing += 1;
    this.#ws.send(bytes, options, waits ? this.#handleCompressed : this.#handleSent);
  }

  protected override writeBatch(batch: Batch): void {
    this.#sizes.push(batch.payloadBytes);
    this.#socket?.write(batch.bytes, this.#handleSent);
  }

  readonly #handleCompressed = (error?: Error | null): void => {
    this.#compressing -= 1;
    this.#handleSent(error);
  };

  // One function for all messages: Node calls back equal ones together.
  readonly #handleSent = (error?: Error | null): void => {
    const bytes = this.#sizes.shift() ?? 0;
    if (!error && !this.isLost) this.countLeft(bytes);
  };
}
