/** Duplex pair: two streams, each of which gets what is written to the other, within that very call. */

import { Duplex } from "node:stream";

/** One end. */
export class PairedStream extends Duplex {
  #other: PairedStream | null = null;

  /** Two ends, which stay open on the side that was not ended. */
  static create(): [PairedStream, PairedStream] {
    const left = new PairedStream();
    const right = new PairedStream();
    left.#other = right;
    right.#other = left;
    return [left, right];
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    callback();
    // Its own copy, as of anything that goes over a wire.
    this.#other?.push(Buffer.from(chunk));
  }

  override _final(callback: () => void): void {
    this.#other?.push(null);
    callback();
  }
}
