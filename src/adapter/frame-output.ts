/** Frame output: messages that leave as frames of our own, compressed where that was agreed upon. */

import { Fifo } from "../base/fifo.ts";
import { ReadyState } from "../constants.ts";
import { Deflater } from "./deflate.ts";
import type { DeflateDirection } from "./extensions.ts";
import type { Batch } from "./frame-batch.ts";
import { FIN, MAX_BYTES_PER_UNIT, Opcode, RSV1 } from "./frame-format.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { MESSAGE_OVERHEAD_BYTES, Output, type OutputOwner, type OutputSettings } from "./output.ts";

/** What the output asks of its connection. */
export interface FrameOutputSocket {
  readonly readyState: number;
  readonly isServer: boolean;
  readonly writer: FrameWriter;
  /** How it compresses; null where it does not. */
  readonly deflates: DeflateDirection | null;
}

/** What waits behind a message that the thread pool compresses. */
interface Held {
  readonly bytes: number;
  write(): void;
}

export class FrameOutput extends Output {
  readonly #socket: FrameOutputSocket;
  readonly #writer: FrameWriter;
  readonly #deflater: Deflater | null;
  /** What waits; null while nothing is being compressed. */
  #held: Fifo<Held> | null = null;
  /** Payload bytes that wait, those being compressed among them. */
  #heldBytes = 0;

  constructor(socket: FrameOutputSocket, settings: OutputSettings, owner: OutputOwner) {
    super(settings, owner);
    this.#socket = socket;
    this.#writer = socket.writer;
    this.#writer.handleSent = (bytes) => this.countLeft(bytes);
    this.#deflater = socket.deflates && new Deflater(socket.deflates, settings.compressionLevel);
  }

  protected override get isOpen(): boolean {
    return this.#socket.readyState === ReadyState.OPEN;
  }

  protected override get takesBatches(): boolean {
    return this.#socket.isServer && this.#held === null;
  }

  protected override get preparedBytes(): number {
    return this.#heldBytes;
  }

  protected override get writtenBytes(): number {
    const { waitingBytes, waitingWrites } = this.#writer;
    return waitingBytes + waitingWrites * MESSAGE_OVERHEAD_BYTES;
  }

  /** Does something behind all that was sent: at once, unless that is still being compressed. */
  behind(act: () => void): void {
    if (this.#held === null) act();
    else this.#held.push({ bytes: 0, write: act });
  }

  /** Gives up what is being compressed, and what waits behind it. */
  free(): void {
    this.#deflater?.free();
    this.#held = null;
  }

  protected override write(data: string | Uint8Array): void {
    if (this.#deflater !== null) this.countTaken(this.#prepare(this.#deflater, data));
    else if (typeof data === "string") this.countTaken(this.#writer.writeText(data));
    else this.countTaken(this.#writer.writeFrame(FIN | Opcode.BINARY, data, data.length));
  }

  protected override writeBatch(batch: Batch): void {
    this.#writer.writeShared(batch.bytes, batch.payloadBytes);
  }

  /** Writes a message, compressed if it is large enough, or holds it; returns its size. */
  #prepare(deflater: Deflater, data: string | Uint8Array): number {
    const isText = typeof data === "string";
    const isSmall = isText && data.length * MAX_BYTES_PER_UNIT < this.settings.compressionThreshold;
    if (isSmall && this.#held === null) return this.#writer.writeText(data);
    // The caller may change what he has given.
    const payload = Buffer.from(data);
    const opcode = isText ? Opcode.TEXT : Opcode.BINARY;
    if (this.#held === null) this.#write(deflater, opcode, payload);
    else {
      this.#heldBytes += payload.length;
      const write = (): void => this.#write(deflater, opcode, payload);
      this.#held.push({ bytes: payload.length, write });
    }
    return payload.length;
  }

  #write(deflater: Deflater, opcode: number, payload: Buffer): void {
    const { length } = payload;
    if (length < this.settings.compressionThreshold) {
      this.#writer.writeFrame(FIN | opcode, payload, length);
      return;
    }
    const block = deflater.deflate(payload);
    if (block) {
      this.#writer.writeFrame(FIN | RSV1 | opcode, block, length);
      return;
    }
    this.#held ??= new Fifo();
    this.#heldBytes += length;
    deflater.deflateLater(payload, (error, compressed) => {
      this.#heldBytes -= length;
      if (error) this.#writer.writeFrame(FIN | opcode, payload, length);
      else this.#writer.writeFrame(FIN | RSV1 | opcode, compressed, length);
      this.#writeHeld();
    });
  }

  /** Writes what has waited, up to the next message for the thread pool. */
  #writeHeld(): void {
    const held = this.#held;
    this.#held = null;
    while (held && this.#held === null) {
      const next = held.shift();
      if (!next) return;
      this.#heldBytes -= next.bytes;
      next.write();
    }
    this.#held = held;
  }
}
