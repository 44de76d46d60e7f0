/** Frame batch: a message of a server, encoded, framed and compressed once for any number of receivers.
 *  @see RFC 6455, section 5.2: frames of a server carry no mask, so that they are alike for all */

import { constants, deflateRawSync } from "node:zlib";
import { DEFAULT_COMPRESSION_LEVEL } from "../constants.ts";
import { FLUSH_TAIL_BYTES } from "./deflate.ts";
import { FIN, headerBytes, Opcode, RSV1, writeHeader } from "./frame-format.ts";
import { Turn } from "./turn.ts";

/** How many levels of compression there are. */
const LEVELS = 10;

const turns = new Turn<Frame>(
  (run) => setImmediate(run),
  (frame) => frame.endTurn(),
);

/** A message for many. */
export class Frame {
  /** As it was given, bytes copied: a receiver may need it in another form. */
  readonly data: string | Uint8Array;
  /** The payload before compression, in bytes. */
  readonly payloadBytes: number;
  readonly #payload: Buffer;
  readonly #rsv: number;
  #batch: Batch | null = null;
  #deflated: Map<number, Frame> | null = null;

  constructor(data: string | Uint8Array, compressed: Buffer | null = null) {
    const payload = Buffer.from(data);
    this.data = typeof data === "string" ? data : payload;
    this.payloadBytes = payload.length;
    this.#payload = compressed ?? payload;
    this.#rsv = compressed ? RSV1 : 0;
  }

  get isText(): boolean {
    return typeof this.data === "string";
  }

  /** The same compressed by itself, with a window of so many bits, at a level of 0 to 9; made once for all. */
  deflated(windowBits: number, level: number = DEFAULT_COMPRESSION_LEVEL): Frame {
    this.#deflated ??= new Map();
    const kind = windowBits * LEVELS + level;
    let frame = this.#deflated.get(kind);
    if (!frame) {
      const finishFlush = constants.Z_SYNC_FLUSH;
      const block = deflateRawSync(this.#payload, { windowBits, level, finishFlush });
      frame = new Frame(this.data, block.subarray(0, -FLUSH_TAIL_BYTES));
      this.#deflated.set(kind, frame);
    }
    return frame;
  }

  /** It alone, or behind what a receiver is sent in the same turn. */
  after(batch: Batch | null): Batch {
    if (batch) return batch.with(this);
    if (this.#batch === null) {
      this.#batch = new Batch(null, this);
      turns.add(this);
    }
    return this.#batch;
  }

  /** The turn is over. Whoever keeps this frame shall not keep what came behind it. */
  endTurn(): void {
    this.#batch = null;
  }

  /** Header and payload. */
  get parts(): readonly [Buffer, Buffer] {
    const { length } = this.#payload;
    const opcode = this.isText ? Opcode.TEXT : Opcode.BINARY;
    const header = Buffer.allocUnsafe(headerBytes(length));
    writeHeader(header, 0, FIN | this.#rsv | opcode, length);
    return [header, this.#payload];
  }
}

/**
 * The frames that a receiver is sent in one turn, in order. Receivers that are sent the same share one,
 * and its bytes.
 */
export class Batch {
  /** Payloads before compression, in bytes. */
  readonly payloadBytes: number;
  readonly #before: Batch | null;
  readonly #frame: Frame;
  /** The one that was asked for last, and all of them where there are several. */
  #next: Batch | null = null;
  #others: Map<Frame, Batch> | null = null;
  #bytes: Buffer | null = null;

  constructor(before: Batch | null, frame: Frame) {
    this.#before = before;
    this.#frame = frame;
    this.payloadBytes = (before?.payloadBytes ?? 0) + frame.payloadBytes;
  }

  /** This, and `frame` behind it. */
  with(frame: Frame): Batch {
    const last = this.#next;
    if (last !== null) {
      if (last.#frame === frame) return last;
      // With compression and without, receivers are sent the same small message, then different frames.
      this.#others ??= new Map();
      this.#others.set(last.#frame, last);
    }
    this.#next = this.#others?.get(frame) ?? new Batch(this, frame);
    return this.#next;
  }

  /** All of it as it goes over the wire. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.concat(this.#parts());
    return this.#bytes;
  }

  #parts(): Buffer[] {
    const parts: Buffer[] = [];
    for (let batch: Batch | null = this; batch; batch = batch.#before) {
      const [header, payload] = batch.#frame.parts;
      parts.push(payload, header);
    }
    return parts.reverse();
  }
}
