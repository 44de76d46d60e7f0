/** Frame lent: the memory that dialled sockets read into. All of them share it, instead of new memory each time:
 *  a read is taken, or copied, before the next one of any socket. */

/** What is read at once, at most, in bytes: the more, the less time each of them takes. */
export const READ_BYTES = 1024 * 1024;
/** The same where the reader may stop, in bytes: what it leaves is copied. */
export const CAREFUL_READ_BYTES = 64 * 1024;
/** A reader that has taken so many full reads without a stop keeps up: that is more than an inbox holds. */
export const PROOF_READS = 32;
/** Behind a read that was full libuv reads again, so many times in all before any other socket has its turn. */
export const READS_IN_A_ROW = 32;
/** So that a peer that floods does not keep the others waiting, only so many of these are for all there is. */
export const LARGE_READS = 4;
/** The rest of them, in bytes. */
export const SMALL_READ_BYTES = 8 * 1024;

/** The memory, and what is lent of it: all of it begins at the same place. */
interface Memory {
  readonly all: Buffer;
  readonly careful: Buffer;
  readonly small: Buffer;
}

let memory: Memory | null = null;

function takeMemory(): Memory {
  if (memory === null) {
    const all = Buffer.allocUnsafeSlow(READ_BYTES);
    const careful = all.subarray(0, CAREFUL_READ_BYTES);
    memory = { all, careful, small: all.subarray(0, SMALL_READ_BYTES) };
  }
  return memory;
}

/** Lends the memory to one socket, read by read. */
export class Lender {
  #lentBytes = 0;
  /** Full reads in a row; and all of them since the reader has stopped. */
  #inRow = 0;
  #taken = 0;

  /**
   * Where the next read goes to.
   *
   * Node asks behind each read, and takes no answer where a tick of the application has thrown meanwhile. What is lent
   * begins at the same place always, so what is read is there anyway.
   *
   * @param hasStopped whether the reader has stopped since the last time
   */
  lend(hasStopped: boolean): Buffer {
    if (hasStopped) this.#taken = this.#inRow = 0;
    const lent = this.#choose(takeMemory());
    this.#lentBytes = lent.length;
    return lent;
  }

  /** What was read: there until the next read of any socket. */
  take(bytes: number): Buffer {
    const isFull = bytes === this.#lentBytes;
    this.#inRow = isFull ? this.#inRow + 1 : 0;
    if (isFull) this.#taken += 1;
    return takeMemory().all.subarray(0, bytes);
  }

  #choose({ all, careful, small }: Memory): Buffer {
    if (this.#taken < PROOF_READS) return careful;
    return this.#inRow % READS_IN_A_ROW < LARGE_READS ? all : small;
  }
}
