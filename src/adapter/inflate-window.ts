/** Inflate window: the last bytes that came out, which what comes next may point back to. */

/** Of a stored block: its kind, its length, and the same with all bits turned (RFC 1951, section 3.2.4). */
const HEADER_BYTES = 5;
/** Room for nothing: never written to. */
const EMPTY_BLOCK = Buffer.alloc(HEADER_BYTES);

/** What is remembered, in no more memory than has been used so far. */
export class InflateWindow {
  readonly #maxBytes: number;
  /** The header of a stored block, and the bytes behind it. */
  #block = EMPTY_BLOCK;
  #size = 0;

  /** @param maxBytes up to 32 KiB */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are remembered. */
  get size(): number {
    return this.#size;
  }

  /** As a block that compressed data could begin with: a state that reads it knows these bytes. Of at least one. */
  get block(): Buffer {
    return this.#block.subarray(0, HEADER_BYTES + this.#size);
  }

  /** The same without a header. */
  get bytes(): Buffer {
    return this.block.subarray(HEADER_BYTES);
  }

  /** Adds what came out, and forgets what is out of reach then. */
  push(output: Uint8Array): void {
    if (output.length === 0) return;
    const added = output.subarray(Math.max(output.length - this.#maxBytes, 0));
    const kept = Math.min(this.#size, this.#maxBytes - added.length);
    this.#keep(kept, kept + added.length);
    this.#block.set(added, HEADER_BYTES + kept);
    this.#size = kept + added.length;
    this.#block.writeUInt16LE(this.#size, 1);
    this.#block.writeUInt16LE(~this.#size & 0xff_ff, 3);
  }

  /** Moves the last `kept` bytes to the front, in memory for `needed` of them. */
  #keep(kept: number, needed: number): void {
    const start = HEADER_BYTES + this.#size - kept;
    const end = HEADER_BYTES + this.#size;
    if (HEADER_BYTES + needed <= this.#block.length) {
      this.#block.copyWithin(HEADER_BYTES, start, end);
      return;
    }
    const room = Math.min(Math.max(needed, this.#size * 2), this.#maxBytes);
    const block = Buffer.alloc(HEADER_BYTES + room);
    this.#block.copy(block, HEADER_BYTES, start, end);
    this.#block = block;
  }
}
