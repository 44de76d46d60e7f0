/** Frame reader: makes messages and control frames of what comes in, however it is cut.
 *  @see RFC 6455, section 5; RFC 7692, section 6 */

import { mayBeSent } from "../base/close-arguments.ts";
import { CloseCode } from "../constants.ts";
import { Assembly } from "./frame-assembly.ts";
import { breach, type FrameError, invalidUtf8, tooBig, tooMany } from "./frame-error.ts";
import {
  FIN,
  LENGTH,
  LENGTH_16,
  MASK_BYTES,
  MASKED,
  MAX_16_BYTES,
  MAX_SHORT_BYTES,
  OPCODE,
  Opcode,
  RSV1,
} from "./frame-format.ts";
import { findProblem } from "./frame-header.ts";
import { applyMask, rotateKey } from "./frame-mask.ts";
import { decodeText } from "./frame-utf8.ts";

/** What a reader goes by: alike for all connections with the same options. */
export interface ReaderSettings {
  /** Whether frames come masked: those of a client do, those of a server must not. */
  readonly isServer: boolean;
  /** The largest message, in bytes. */
  readonly readLimit: number;
  /** The most fragments of one. */
  readonly maxFragments: number;
}

/** Who takes what was read. Nothing follows `handleClose` and `handleBreach`. */
export interface FrameSink {
  /** A text or bytes that nobody else uses, and the size of its payload. */
  handleMessage(data: string | Buffer, bytes: number): void;
  /** A message that is compressed, its memory for nobody else; who needs time to inflate it holds the reader. */
  handleDeflated(block: Buffer, isText: boolean): void;
  handlePing(payload: Buffer): void;
  handlePong(payload: Buffer): void;
  /** A close frame, `NO_STATUS` where it has no code. */
  handleClose(code: number, reason: string): void;
  handleBreach(error: FrameError): void;
}

/** So much of a large chunk is copied when it is kept: a view of it would keep all of that. */
const MAX_COPIED_BYTES = 1024;
const LARGE_CHUNK_BYTES = 8 * 1024;

function isPinning(bytes: number, chunk: Buffer): boolean {
  return bytes < MAX_COPIED_BYTES && chunk.length > LARGE_CHUNK_BYTES;
}

/** How large a message of the limit may be when it is compressed: what can't be made smaller gets larger. */
function deflateBound(bytes: number): number {
  return bytes + (bytes >> 3) + 64;
}

export class FrameReader {
  readonly #isServer: boolean;
  readonly #deflates: boolean;
  readonly #settings: ReaderSettings;
  readonly #sink: FrameSink;
  /** The message under way. */
  #message: Assembly | null = null;
  /** Of the frame under way: its first byte, its payload, its key, and how much of it is missing. */
  #first = 0;
  #length = 0;
  #key = 0;
  #missing = 0;
  /** The payload of a control frame under way. */
  #control: Buffer | null = null;
  /** Where it is in the chunk: past a message before that is handed over, lest it is read again. */
  #at = 0;
  /** What came in and was not read yet, and from where on. */
  #rest: Buffer | null = null;
  #restAt = 0;
  #isHeld = false;
  /** Whether the end was read: what follows is for nobody. */
  #isOver = false;

  /** @param deflates whether messages may be compressed, which is agreed upon for each connection */
  constructor(settings: ReaderSettings, deflates: boolean, sink: FrameSink) {
    this.#isServer = settings.isServer;
    this.#deflates = deflates;
    this.#settings = settings;
    this.#sink = sink;
  }

  /** Whether something waits that was kept back by `hold`. */
  get hasRest(): boolean {
    return this.#isHeld && this.#rest !== null;
  }

  /** Reads no further than to the end of this message. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Reads on, at the next `read`. */
  release(): void {
    this.#isHeld = false;
  }

  /** Reads nothing any more. */
  end(): void {
    this.#isOver = true;
    this.#rest = null;
    this.#message = null;
  }

  /** Reads what came in; `isLent` says that the memory is used for something else afterwards. */
  read(chunk: Buffer | null, isLent: boolean): void {
    const rest = this.#rest;
    const restAt = this.#restAt;
    this.#rest = null;
    if (rest === null) {
      if (chunk !== null) this.#readChunk(chunk, 0, isLent);
    } else if (chunk === null) this.#readChunk(rest, restAt, false);
    else this.#readChunk(Buffer.concat([rest.subarray(restAt), chunk]), 0, false);
  }

  #readChunk(chunk: Buffer, start: number, isLent: boolean): void {
    let at = -1;
    this.#at = start;
    try {
      while (this.#at !== at && this.#at < chunk.length && !this.#isHeld && !this.#isOver) {
        at = this.#at;
        if (this.#missing > 0) this.#readPart(chunk, at);
        else this.#readFrame(chunk, at, isLent);
      }
    } finally {
      if (this.#at < chunk.length && !this.#isOver) this.#keep(chunk, this.#at, isLent);
    }
  }

  #keep(chunk: Buffer, at: number, isLent: boolean): void {
    const isCopied = isLent || isPinning(chunk.length - at, chunk);
    this.#rest = isCopied ? Buffer.from(chunk.subarray(at)) : chunk;
    this.#restAt = isCopied ? 0 : at;
  }

  /** Reads the frame at `at`, as far as it is there; nothing where its header is not. */
  #readFrame(chunk: Buffer, at: number, isLent: boolean): void {
    const start = this.#readHeader(chunk, at);
    if (start === at) return;
    const length = this.#length;
    const end = start + length;
    if (end > chunk.length || this.#message !== null || (this.#first & FIN) === 0) {
      this.#readPieces(chunk, start);
      return;
    }
    this.#at = end;
    if (this.#key !== 0) applyMask(chunk, start, end, this.#key);
    const first = this.#first & ~RSV1;
    if (first !== this.#first || first > (FIN | Opcode.BINARY)) {
      this.#takeFrame(chunk.subarray(start, end));
    } else if (first === (FIN | Opcode.TEXT)) this.#takeText(chunk, start, end);
    else {
      const bytes = chunk.subarray(start, end);
      const isCopied = isLent || isPinning(length, chunk);
      this.#sink.handleMessage(isCopied ? Buffer.from(bytes) : bytes, length);
    }
  }

  /** Reads a header, and checks it; returns where the payload begins, `at` where it is not all there or wrong. */
  #readHeader(chunk: Buffer, at: number): number {
    const { length } = chunk;
    if (length - at < 2) return at;
    const first = chunk[at] ?? 0;
    const second = chunk[at + 1] ?? 0;
    if (!this.#checkBits(first, second)) return at;
    let start = this.#readLength(chunk, at + 2, second & LENGTH);
    if (start === 0 || !this.#checkLength(first)) return at;
    this.#key = 0;
    if (this.#isServer) {
      if (length - start < MASK_BYTES) return at;
      this.#key = chunk.readInt32BE(start);
      start += MASK_BYTES;
    }
    this.#first = first;
    return start;
  }

  /** Reads the length at `at`, unless it is `short`; returns where it ends, 0 where it is not all there or wrong. */
  #readLength(chunk: Buffer, at: number, short: number): number {
    this.#length = short;
    if (short < LENGTH_16) return at;
    const bytes = short === LENGTH_16 ? 2 : 8;
    if (chunk.length - at < bytes) return 0;
    this.#length =
      bytes === 2
        ? chunk.readUInt16BE(at)
        : chunk.readUInt32BE(at) * 2 ** 32 + chunk.readUInt32BE(at + 4);
    if (this.#length > (bytes === 2 ? MAX_SHORT_BYTES : MAX_16_BYTES)) return at + bytes;
    this.#fail(breach("a length is not minimal"));
    return 0;
  }

  #checkBits(first: number, second: number): boolean {
    const isServer = this.#isServer;
    const isContinued = this.#message !== null;
    // Nearly all frames are whole messages.
    const isPlain = first === (FIN | Opcode.TEXT) || first === (FIN | Opcode.BINARY);
    if (isPlain && second >= MASKED === isServer && !isContinued) return true;
    const deflates = this.#deflates;
    const problem = findProblem(first, second, { isServer, deflates, isContinued });
    if (problem !== null) this.#fail(problem);
    return problem === null;
  }

  #checkLength(first: number): boolean {
    const length = this.#length;
    const message = this.#message;
    if ((first & OPCODE) >= Opcode.CLOSE) return true;
    const { readLimit, maxFragments } = this.#settings;
    const bytes = message === null ? length : length + message.announcedBytes;
    const isCompressed = message === null ? (first & RSV1) !== 0 : message.isCompressed;
    const limit = isCompressed ? deflateBound(readLimit) : readLimit;
    if (bytes > limit) this.#fail(tooBig(bytes, readLimit));
    else if (message !== null && message.frames >= maxFragments) this.#fail(tooMany(maxFragments));
    return !this.#isOver;
  }

  /** Begins a frame that comes in pieces, or is one of a message. */
  #readPieces(chunk: Buffer, start: number): void {
    const opcode = this.#first & OPCODE;
    this.#missing = this.#length;
    if (opcode >= Opcode.CLOSE) this.#control = Buffer.alloc(this.#length);
    else {
      const isCompressed = (this.#first & RSV1) !== 0;
      this.#message ??= new Assembly(opcode === Opcode.TEXT, isCompressed);
      this.#message.announce(this.#length);
    }
    this.#readPart(chunk, start);
  }

  /** Reads on in a frame that comes in pieces. */
  #readPart(chunk: Buffer, at: number): void {
    const end = Math.min(chunk.length, at + this.#missing);
    this.#at = end;
    const key = rotateKey(this.#key, this.#length - this.#missing);
    if (this.#control) {
      const from = this.#length - this.#missing;
      chunk.copy(this.#control, from, at, end);
      if (key !== 0) applyMask(this.#control, from, from + end - at, key);
    } else if (this.#message?.append(chunk, at, end, key) === false) {
      this.#fail(invalidUtf8("a text"));
      return;
    }
    this.#missing -= end - at;
    if (this.#missing === 0) this.#endFrame();
  }

  #endFrame(): void {
    const control = this.#control;
    if (control) {
      this.#control = null;
      this.#takeControl(control);
    } else if (this.#message && (this.#first & FIN) !== 0) {
      const message = this.#message;
      this.#message = null;
      this.#takeMessage(message);
    }
  }

  /** Takes a frame that was there as a whole: a control frame, or a message that is compressed. */
  #takeFrame(payload: Buffer): void {
    const opcode = this.#first & OPCODE;
    const own = Buffer.from(payload);
    if (opcode >= Opcode.CLOSE) this.#takeControl(own);
    else this.#sink.handleDeflated(own, opcode === Opcode.TEXT);
  }

  #takeText(chunk: Buffer, start: number, end: number): void {
    const text = decodeText(chunk, start, end);
    if (text === null) this.#fail(invalidUtf8("a text"));
    else this.#sink.handleMessage(text, end - start);
  }

  #takeMessage(message: Assembly): void {
    const { bytes, isText, isCompressed } = message;
    if (isCompressed) this.#sink.handleDeflated(bytes, isText);
    else if (!isText) this.#sink.handleMessage(bytes, bytes.length);
    else if (message.isWhole) {
      const text = bytes.toString();
      message.release();
      this.#sink.handleMessage(text, bytes.length);
    } else this.#fail(invalidUtf8("a text"));
  }

  #takeControl(payload: Buffer): void {
    const opcode = this.#first & OPCODE;
    if (opcode === Opcode.PING) this.#sink.handlePing(payload);
    else if (opcode === Opcode.PONG) this.#sink.handlePong(payload);
    else this.#takeClose(payload);
  }

  #takeClose(payload: Buffer): void {
    const isEmpty = payload.length === 0;
    const code = isEmpty ? CloseCode.NO_STATUS : payload.readUInt16BE(0);
    const reason = isEmpty ? "" : decodeText(payload, 2, payload.length);
    if (!isEmpty && !mayBeSent(code)) {
      this.#fail(breach(`close code ${code} may not be sent`));
    } else if (reason === null) this.#fail(invalidUtf8("a close reason"));
    else {
      this.end();
      this.#sink.handleClose(code, reason);
    }
  }

  /** Says what is wrong, and reads nothing any more. */
  #fail(error: FrameError): void {
    if (this.#isOver) return;
    this.end();
    this.#sink.handleBreach(error);
  }
}
