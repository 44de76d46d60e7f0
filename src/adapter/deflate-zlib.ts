/** Deflate zlib: runs zlib in the call itself, by a state that lives on from one call to the next.
 *  Node's own synchronous functions make a state for each call, which costs more than a small message. */

import {
  constants,
  createDeflateRaw,
  type DeflateRaw,
  deflateRawSync,
  type InflateRaw,
} from "node:zlib";

/** What one `write` puts out at most, in bytes. */
export const OUTPUT_BYTES = 65_536;

/** The least that Node takes: the stream's own chunk is of no use here. */
const CHUNK_BYTES = 64;

/** For streams whose zlib state is all that is wanted of them. */
export const STATE_OPTIONS = { chunkSize: CHUNK_BYTES } as const;

type WriteSync = [
  flush: number,
  input: Uint8Array,
  inputOffset: number,
  inputBytes: number,
  output: Uint8Array,
  outputOffset: number,
  outputBytes: number,
];

/** What a zlib stream of Node holds its state by. */
interface Handle {
  writeSync(...call: WriteSync): void;
}

/** One for all states: what is in it is taken out before the next call. */
let output: Buffer | null = null;
let works: boolean | null = null;

/** A zlib state that is run in the call. */
export class LiveZlib {
  /** Bytes of the input that the last `write` did not read: there is more to come out, or the data is at its end. */
  unread = 0;
  readonly #stream: DeflateRaw | InflateRaw;
  readonly #handle: Handle;
  /** Set by each call: bytes without use in the output, bytes without use in the input. */
  readonly #left: Uint32Array;

  private constructor(stream: DeflateRaw | InflateRaw, handle: Handle, left: Uint32Array) {
    this.#stream = stream;
    this.#handle = handle;
    this.#left = left;
    // Thrown by `write`; that the stream reports it as well is for nobody.
    stream.on("error", () => {});
  }

  /**
   * The state of a stream, made for nothing else; null where Node can't be asked to run it in the call.
   *
   * It reaches for fields that Node keeps for itself, and has had since version 11.
   */
  static of(open: () => DeflateRaw | InflateRaw): LiveZlib | null {
    works ??= LiveZlib.#probe();
    return works ? LiveZlib.#of(open()) : null;
  }

  /** Whether a state does the same in the call as Node's own function. */
  static #probe(): boolean {
    const sample = Buffer.from("sample, sample");
    const stream = createDeflateRaw(STATE_OPTIONS);
    try {
      const output = LiveZlib.#of(stream)?.write(sample);
      return (
        output?.equals(deflateRawSync(sample, { finishFlush: constants.Z_SYNC_FLUSH })) ?? false
      );
    } catch {
      return false;
    } finally {
      stream.close();
    }
  }

  static #of(stream: DeflateRaw | InflateRaw): LiveZlib | null {
    const handle: unknown = Reflect.get(stream, "_handle");
    const left: unknown = Reflect.get(stream, "_writeState");
    if (!isHandle(handle) || !(left instanceof Uint32Array)) return null;
    return new LiveZlib(stream, handle, left);
  }

  /** Whether bad data has ended it. */
  get isBroken(): boolean {
    return this.#stream.destroyed;
  }

  /**
   * Runs it on `input` up to `end` and flushes, so that what was read is put out: as much as there is
   * room for, which is `OUTPUT_BYTES`. Where all of that is used, it is to be called for the rest.
   *
   * @returns what it put out, in memory that the next call of any state writes to
   * @throws {Error} Node's, where the data is bad; it can't be used any more then
   */
  write(input: Uint8Array, start = 0, end = input.length): Buffer {
    output ??= Buffer.allocUnsafeSlow(OUTPUT_BYTES);
    const flush = constants.Z_SYNC_FLUSH;
    this.#handle.writeSync(flush, input, start, end - start, output, 0, OUTPUT_BYTES);
    const { errored } = this.#stream;
    if (errored) throw errored;
    const [room = OUTPUT_BYTES, unread = 0] = this.#left;
    this.unread = unread;
    return output.subarray(0, OUTPUT_BYTES - room);
  }

  /** Forgets all that it has read. */
  reset(): void {
    this.#stream.reset();
  }

  /** Gives its memory back; it can't be used any more. */
  close(): void {
    this.#stream.close();
  }
}

function isHandle(value: unknown): value is Handle {
  return typeof value === "object" && value !== null && "writeSync" in value;
}
