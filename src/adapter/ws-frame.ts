/** Ws frame: a message of a server, encoded, framed and compressed once for any number of receivers.
 *  @see RFC 6455, section 5.2: frames of a server carry no mask, so that they are alike for all */

import { constants, deflateRawSync } from "node:zlib";
import { DEFAULT_COMPRESSION_LEVEL } from "../constants.ts";
import { Turn } from "./ws-turn.ts";

const FIN = 0x80;
/** The message is compressed (RFC 7692, section 6). */
const RSV1 = 0x40;
const OPCODE_TEXT = 0x1;
const OPCODE_BINARY = 0x2;
/** What ends every compressed block of a flush, and is left out (RFC 7692, section 7.2.1). */
const FLUSH_TAIL_BYTES = 4;
/** How many levels of compression there are. */
const LEVELS = 10;

function createHeader(firstByte: number, payloadBytes: number): Buffer {
  if (payloadBytes < 126) return Buffer.of(firstByte, payloadBytes);
  if (payloadBytes < 65_536) {
    const header = Buffer.of(firstByte, 126, 0, 0);
    header.writeUInt16BE(payloadBytes, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header[0] = firstByte;
  header[1] = 127;
  header.writeUIntBE(payloadBytes, 4, 6);
  return header;
}

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
    const opcode = this.isText ? OPCODE_TEXT : OPCODE_BINARY;
    return [createHeader(FIN | this.#rsv | opcode, this.#payload.length), this.#payload];
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
