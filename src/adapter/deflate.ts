/** Deflate: compresses messages, in the call itself or in Node's thread pool.
 *  @see RFC 7692, section 7.2.1 */

import { constants, createDeflateRaw, deflateRawSync } from "node:zlib";
import { POOL_CHUNK_BYTES, runLater } from "./deflate-later.ts";
import { type DeflateKind, dropState, freshState, ownState } from "./deflate-states.ts";
import { type DeflateDirection, MIN_WINDOW_BITS } from "./extensions.ts";

/**
 * From here on a message is for the pool: in the call it takes 0.3 to 0.6 ms, and the way to the pool and
 * back 0.1 ms more than that. It fills the largest window too, so that little is lost where such a message
 * is compressed by itself.
 */
export const POOLED_MESSAGE_BYTES = 32_768;

/**
 * The window that compression with takeover starts with. For JSON of 4 KiB, one of 32 KiB takes 1.6 times
 * the time and twice the memory, to make it 3 % smaller; for JSON of 256 bytes, a sixth more time and 9 %.
 */
const USUAL_WINDOW_BITS = 13;
/** What ends each flush, and is left out. */
export const FLUSH_TAIL_BYTES = 4;

/** What compression ends with: an error, or the block. */
type DeflateDone = (error: Error | null, block: Buffer) => void;

/** Compresses the messages of one connection, or of many, which may share one without takeover. */
export class Deflater {
  readonly #takeover: boolean;
  readonly #maxBits: number;
  #kind: DeflateKind;
  #cancel: (() => void) | null = null;

  /** @param level 0 (fast) to 9 (small); default -1, which is zlib's choice, now 6 */
  constructor(terms: DeflateDirection, level: number = constants.Z_DEFAULT_COMPRESSION) {
    this.#takeover = terms.takeover;
    this.#maxBits = Math.max(terms.windowBits, MIN_WINDOW_BITS);
    const windowBits = terms.takeover ? Math.min(this.#maxBits, USUAL_WINDOW_BITS) : this.#maxBits;
    this.#kind = { windowBits, level };
  }

  /**
   * The payload of a compressed message, without the four bytes that end a flush; null for a large
   * message, which is for `deflateLater`.
   */
  deflate(payload: Uint8Array): Buffer | null {
    if (payload.length >= POOLED_MESSAGE_BYTES) return null;
    // A flush of nothing behind a flush puts out nothing (RFC 7692, section 7.2.3.6).
    if (payload.length === 0) return Buffer.of(0);
    const block = this.#state(payload.length)?.write(payload) ?? this.#deflateApart(payload);
    return Buffer.from(block.subarray(0, -FLUSH_TAIL_BYTES));
  }

  /**
   * The same in the thread pool. No other message may be given before it is done, nor the payload be changed.
   *
   * @param done called once, later; not after `free`
   */
  deflateLater(payload: Uint8Array, done: DeflateDone): void {
    const { level } = this.#kind;
    // What was sent before is out of reach behind a message as large as the window.
    dropState(this);
    this.#cancel = runLater({
      open: () =>
        createDeflateRaw({
          level,
          windowBits: this.#maxBits,
          finishFlush: constants.Z_SYNC_FLUSH,
          chunkSize: POOL_CHUNK_BYTES,
        }),
      input: [payload],
      limit: Number.POSITIVE_INFINITY,
      done: (error, { output }) => {
        this.#cancel = null;
        done(error, Buffer.concat(output).subarray(0, -FLUSH_TAIL_BYTES));
      },
    });
  }

  /** Ends what is on its way, and gives all memory back. A message that comes nevertheless is compressed afresh. */
  free(): void {
    this.#cancel?.();
    this.#cancel = null;
    dropState(this);
  }

  #state(bytes: number): ReturnType<typeof ownState> {
    if (!this.#takeover) return freshState(this.#kind);
    this.#widen(bytes);
    return ownState(this, this.#kind);
  }

  /** Makes the window as large as two messages, so that one finds what it repeats of the one before. */
  #widen(bytes: number): void {
    const { level, windowBits } = this.#kind;
    if (bytes * 2 <= 2 ** windowBits || windowBits === this.#maxBits) return;
    const needed = Math.ceil(Math.log2(bytes * 2));
    this.#kind = { level, windowBits: Math.min(needed, this.#maxBits) };
  }

  /** Where zlib can't be run on a state that lives on. */
  #deflateApart(payload: Uint8Array): Buffer {
    return deflateRawSync(payload, { ...this.#kind, finishFlush: constants.Z_SYNC_FLUSH });
  }
}
