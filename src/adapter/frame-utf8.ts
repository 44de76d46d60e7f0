/** Frame UTF-8: checks text while it comes in, to the byte, however it is cut.
 *  @see RFC 6455, section 8.1; RFC 3629, section 4 */

import { isUtf8 } from "node:buffer";

/** What stands for bytes that are no UTF-8 once they are decoded; a text may hold it by itself. */
const REPLACEMENT = "\uFFFD";
const MAX_SEQUENCE_BYTES = 4;

type Slice = (this: Buffer, start: number, end: number) => string;

/** What `toString` calls once it has found the encoding, which takes as long as a short text. Node documents only that. */
const sliceUtf8: Slice =
  Reflect.get(Buffer.prototype, "utf8Slice") ??
  function (this: Buffer, start, end) {
    return this.toString("utf8", start, end);
  };

/** Decodes a text that is there as a whole; null where it is no UTF-8. */
export function decodeText(bytes: Buffer, start: number, end: number): string | null {
  const text = sliceUtf8.call(bytes, start, end);
  return text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end)) ? null : text;
}

/** How many bytes a sequence has that begins with `lead`. */
function sequenceBytes(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : MAX_SEQUENCE_BYTES;
}

/** Where the sequence begins that the last bytes leave incomplete; `end` where there is none. */
function findCut(bytes: Buffer, start: number, end: number): number {
  const first = Math.max(end - MAX_SEQUENCE_BYTES + 1, start);
  for (let at = end - 1; at >= first; at -= 1) {
    const byte = bytes[at] ?? 0;
    const isLead = (byte & 0xc0) !== 0x80;
    if (isLead) return sequenceBytes(byte) > end - at ? at : end;
  }
  return end;
}

/** Whether some character begins with these bytes, and is not whole with them. */
function isBeginning(bytes: readonly number[]): boolean {
  const [lead = 0, second = 0x80, third = 0x80] = bytes;
  if (lead < 0xc2 || lead > 0xf4) return false;
  // No overlong forms, no surrogates, nothing past U+10FFFF.
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  const isSecond = bytes.length < 2 || (second >= low && second <= high);
  return isSecond && (third & 0xc0) === 0x80;
}

/** Checks one text in parts. */
export class Utf8Check {
  /** The beginning of a character whose rest is still to come. */
  #begun: number[] = [];

  /** Whether nothing is left that began. */
  get isWhole(): boolean {
    return this.#begun.length === 0;
  }

  /** Takes the next part; false as soon as no text can come of it any more. */
  accepts(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    while (this.#begun.length > 0 && at < end) {
      if (!this.#add(bytes[at] ?? 0)) return false;
      at += 1;
    }
    const cut = findCut(bytes, at, end);
    if (!isUtf8(bytes.subarray(at, cut))) return false;
    if (cut < end) this.#begun = [...bytes.subarray(cut, end)];
    return this.isWhole || isBeginning(this.#begun);
  }

  #add(byte: number): boolean {
    const begun = [...this.#begun, byte];
    const isFull = begun.length === sequenceBytes(begun[0] ?? 0);
    this.#begun = isFull ? [] : begun;
    return isFull ? isUtf8(Uint8Array.from(begun)) : isBeginning(begun);
  }
}
