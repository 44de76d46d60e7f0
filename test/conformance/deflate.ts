/** Deflate: permessage-deflate by hand, for a peer that is nobody's library.
 *  @see RFC 7692, section 7.2 */

import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

/** What a flush ends with, and a message leaves out. */
const TAIL = Buffer.of(0, 0, 0xff, 0xff);

/** What one direction was agreed upon. */
export interface Window {
  /** 8..15. @default 15 */
  readonly bits?: number;
  /** Whether messages refer to those before. @default true */
  readonly isKept?: boolean;
}

/** What came before, as far as the window reaches. */
class Context {
  readonly bits: number;
  readonly #isKept: boolean;
  #past: Buffer = Buffer.alloc(0);

  constructor({ bits = 15, isKept = true }: Window) {
    this.bits = bits;
    this.#isKept = isKept;
  }

  get options(): object {
    const { bits: windowBits } = this;
    const common = { windowBits, finishFlush: constants.Z_SYNC_FLUSH };
    return this.#past.length === 0 ? common : { ...common, dictionary: this.#past };
  }

  add(data: Uint8Array): void {
    if (this.#isKept) this.#past = Buffer.concat([this.#past, data]).subarray(-(2 ** this.bits));
  }
}

/** Compresses messages, one after the other. */
export class Deflater {
  readonly #context: Context;

  constructor(window: Window = {}) {
    this.#context = new Context(window);
  }

  deflate(message: string | Uint8Array): Buffer {
    const data = Buffer.from(message);
    const deflated = deflateRawSync(data, this.#context.options);
    this.#context.add(data);
    return deflated.subarray(0, -TAIL.length);
  }
}

/** Decompresses messages, one after the other; what reaches behind the window throws. */
export class Inflater {
  readonly #context: Context;

  constructor(window: Window = {}) {
    this.#context = new Context(window);
  }

  inflate(payload: Uint8Array): Buffer {
    const data = inflateRawSync(Buffer.concat([payload, TAIL]), this.#context.options);
    this.#context.add(data);
    return data;
  }
}
