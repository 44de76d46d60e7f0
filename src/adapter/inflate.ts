/** Inflate: makes messages of what a peer has compressed, in the call itself or in Node's thread pool.
 *  @see RFC 7692, section 7.2.2 */

import { createInflateRaw } from "node:zlib";
import { POOL_CHUNK_BYTES, type Result, runLater } from "./deflate-later.ts";
import { LiveZlib, OUTPUT_BYTES, STATE_OPTIONS } from "./deflate-zlib.ts";
import { type DeflateDirection, MIN_WINDOW_BITS } from "./extensions.ts";
import { InflateWindow } from "./inflate-window.ts";

/** A compressed message larger than this is for the pool: one that is made to take long takes 3 ms in the call. */
export const POOLED_BLOCK_BYTES = 32_768;
/**
 * So is one that becomes larger than this. In the call it takes 0.1 to 0.2 ms, as long as the way to the
 * pool and back.
 */
export const POOLED_OUTPUT_BYTES = 131_072;

const MAX_WINDOW_BYTES = 32_768;
/** How often the compressed data of a message may end, to begin anew; each time costs as much as a message. */
const MAX_STREAMS = 64;

/**
 * What is read behind each message: the end of the flush that its sender left out, an end of all data,
 * and one byte that is not to be read any more. A message that was cut short has another use for them.
 */
const TAIL = Buffer.of(0, 0, 0xff, 0xff, 3, 0, 0);
/** How much of the tail is unread behind a message that is whole: in order, and where its last block was final. */
const WHOLE: ReadonlySet<number> = new Set([1, 3, TAIL.length]);

const NOTHING = Buffer.alloc(0);

/** A message became larger than it may. */
export class TooBigError extends RangeError {
  constructor(limit: number) {
    super(`message inflates to more than ${limit} bytes`);
    this.name = "TooBigError";
  }
}

/** What inflation ends with: an error, or the message. */
type InflateDone = (error: Error | null, message: Buffer) => void;

/** One for all connections: it is told what it has to know before each message. */
let shared: LiveZlib | null = null;
/** Where a message is put together with its tail. */
let joined: Buffer | null = null;

function freshState(): LiveZlib | null {
  if (shared && !shared.isBroken) shared.reset();
  else shared = LiveZlib.of(() => createInflateRaw(STATE_OPTIONS));
  return shared;
}

/** Inflates the messages of one connection. It holds what the last of them came to, up to the window. */
export class Inflater {
  readonly #takeover: boolean;
  readonly #window: InflateWindow;
  #cancel: (() => void) | null = null;

  constructor(terms: DeflateDirection) {
    this.#takeover = terms.takeover;
    this.#window = new InflateWindow(2 ** Math.max(terms.windowBits, MIN_WINDOW_BITS));
  }

  /**
   * The message that `block`, all its payload, was made of; null for one that is to be given to
   * `inflateLater` instead, since it is large or its data is out of the ordinary.
   *
   * @param limit the largest message, in bytes
   * @throws {TooBigError} where it is larger
   * @throws {Error} Node's, where the data is corrupt
   */
  inflate(block: Uint8Array, limit: number): Buffer | null {
    if (block.length > POOLED_BLOCK_BYTES) return null;
    if (block.length === 0) return NOTHING;
    const zlib = freshState();
    const message = zlib && this.#inflate(zlib, block, limit);
    if (message && this.#takeover) this.#window.push(message);
    return message;
  }

  /**
   * The same in the thread pool. No other message may be given before it is done, nor the block be changed.
   *
   * @param done called once, later; not after `free`. Its error is what `inflate` throws
   */
  inflateLater(block: Uint8Array, limit: number, done: InflateDone): void {
    const inflation = new Inflation(block, limit, this.#window.bytes);
    this.#cancel = () => inflation.cancel();
    inflation.run((error, message) => {
      this.#cancel = null;
      if (this.#takeover) this.#window.push(message);
      done(error, message);
    });
  }

  /** Ends what is on its way. */
  free(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #inflate(zlib: LiveZlib, block: Uint8Array, limit: number): Buffer | null {
    if (this.#window.size > 0) zlib.write(this.#window.block);
    const end = block.length + TAIL.length;
    const input = joinTail(block);
    const parts: Buffer[] = [];
    let bytes = 0;
    let part: Buffer;
    zlib.unread = end;
    do {
      part = zlib.write(input, end - zlib.unread, end);
      bytes += part.length;
      if (bytes > limit) throw new TooBigError(limit);
      if (bytes > POOLED_OUTPUT_BYTES) return null;
      parts.push(Buffer.from(part));
    } while (part.length === OUTPUT_BYTES);
    return isWhole(block, zlib.unread) ? concat(parts) : null;
  }
}

/** One message on its way through the pool. */
class Inflation {
  readonly #limit: number;
  readonly #parts: Buffer[] = [];
  #block: Uint8Array;
  #dictionary: Buffer;
  #bytes = 0;
  #streams = 0;
  #cancel: (() => void) | null = null;

  /** @param dictionary what came out before */
  constructor(block: Uint8Array, limit: number, dictionary: Buffer) {
    this.#block = block;
    this.#limit = limit;
    this.#dictionary = dictionary;
  }

  run(done: InflateDone): void {
    const dictionary = this.#dictionary;
    this.#streams += 1;
    this.#cancel = runLater({
      open: () => createInflateRaw({ dictionary, chunkSize: POOL_CHUNK_BYTES }),
      input: [this.#block, TAIL],
      limit: this.#limit - this.#bytes,
      done: (error, result) => this.#handleResult(error, result, done),
    });
  }

  cancel(): void {
    this.#cancel?.();
  }

  #handleResult(error: Error | null, result: Result, done: InflateDone): void {
    const unread = this.#block.length + TAIL.length - result.readBytes;
    const failure = result.isTooBig
      ? new TooBigError(this.#limit)
      : (error ?? this.#findFailure(unread));
    if (failure) {
      done(failure, NOTHING);
      return;
    }
    // Copied even where it is one, for a chunk has more memory than what is in it.
    const output = Buffer.concat(result.output);
    this.#parts.push(output);
    if (isWhole(this.#block, unread)) done(null, concat(this.#parts));
    else this.#goOn(output, result.readBytes, done);
  }

  /** A final block, with others behind it (RFC 7692, section 7.2.3.4). */
  #goOn(output: Buffer, readBytes: number, done: InflateDone): void {
    const latest = output.subarray(-MAX_WINDOW_BYTES);
    this.#dictionary = Buffer.concat([this.#dictionary, latest]).subarray(-MAX_WINDOW_BYTES);
    this.#bytes += output.length;
    this.#block = this.#block.subarray(readBytes);
    this.run(done);
  }

  #findFailure(unread: number): Error | null {
    if (isWhole(this.#block, unread)) return null;
    if (unread < TAIL.length) return new Error("unexpected end of compressed data");
    return this.#streams < MAX_STREAMS ? null : new Error("too many final blocks");
  }
}

/** @param unread bytes of the block and of the tail behind it */
function isWhole(block: Uint8Array, unread: number): boolean {
  // As senders do whose zlib ends each message with a final block (RFC 7692, section 7.2.3.4).
  if (unread === TAIL.length + 1) return block.at(-1) === 0;
  return WHOLE.has(unread);
}

function joinTail(block: Uint8Array): Buffer {
  joined ??= Buffer.allocUnsafeSlow(POOLED_BLOCK_BYTES + TAIL.length);
  joined.set(block);
  joined.set(TAIL, block.length);
  return joined;
}

function concat(parts: readonly Buffer[]): Buffer {
  const [first = NOTHING] = parts;
  return parts.length > 1 ? Buffer.concat(parts) : first;
}
