/** Frame assembly: a message that comes in more than one piece: fragments, or chunks of the network. */

import { applyMask } from "./frame-mask.ts";
import { giveSlab, SLAB_BYTES, takeSlab } from "./frame-slab.ts";
import { Utf8Check } from "./frame-utf8.ts";

/** What is taken at once for a frame: a peer may announce more than it ever sends. */
const MAX_FIRST_BYTES = 128 * 1024;
/** Below it memory comes from Node's pool. */
const MAX_POOLED_BYTES = 4096;
const GROWTH = 4;

function allocate(bytes: number): Buffer {
  return bytes <= MAX_POOLED_BYTES ? Buffer.allocUnsafe(bytes) : Buffer.allocUnsafeSlow(bytes);
}

function isSlabSized(bytes: number): boolean {
  return bytes > SLAB_BYTES / 2 && bytes <= SLAB_BYTES;
}

export class Assembly {
  readonly isText: boolean;
  readonly isCompressed: boolean;
  /** Frames so far. */
  frames = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  /** Where the memory is needed to, as far as it has been announced. */
  #announced = 0;
  readonly #check: Utf8Check | null;

  constructor(isText: boolean, isCompressed: boolean) {
    this.isText = isText;
    this.isCompressed = isCompressed;
    this.#check = isText && !isCompressed ? new Utf8Check() : null;
  }

  /** Bytes that have been announced by the headers so far. */
  get announcedBytes(): number {
    return this.#announced;
  }

  /** What has come so far. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Whether the text ends with a whole character. */
  get isWhole(): boolean {
    return this.#check?.isWhole ?? true;
  }

  /** Gives the memory back: nobody reads it any more. */
  release(): void {
    if (this.#bytes.length === SLAB_BYTES) giveSlab(this.#bytes);
  }

  /** A frame of so many bytes begins. */
  announce(bytes: number): void {
    this.frames += 1;
    this.#announced += bytes;
  }

  /**
   * Takes the next bytes, unmasking them by `key` if that is not 0; false as soon as no text can come of
   * it any more.
   */
  append(chunk: Buffer, start: number, end: number, key: number): boolean {
    const from = this.#length;
    const to = from + end - start;
    if (to > this.#bytes.length) this.#grow(to);
    chunk.copy(this.#bytes, from, start, end);
    if (key !== 0) applyMask(this.#bytes, from, to, key);
    this.#length = to;
    return this.#check === null || this.#check.accepts(this.#bytes, from, to);
  }

  /** The memory that is announced, or as much more as has come, whatever is less. */
  #grow(needed: number): void {
    const room = Math.max(MAX_FIRST_BYTES, needed, this.#length * GROWTH);
    // A text is decoded, so that its memory can be used again.
    if (this.isText && this.#length === 0 && isSlabSized(this.#announced)) {
      this.#bytes = takeSlab();
      return;
    }
    // Of fragments only those that have begun are announced: there may be many.
    const ahead = this.frames > 1 ? this.#length * 2 : 0;
    const bytes = allocate(Math.max(needed, ahead, Math.min(this.#announced, room)));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}
