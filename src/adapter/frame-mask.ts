/** Frame mask: masking keys, and masking in place.
 *  @see RFC 6455, section 5.3 */

import { randomFillSync } from "node:crypto";
import { endianness } from "node:os";

/** Keys made at once. */
const POOLED_KEYS = 2048;
/** Below it, words cost more than they save. */
const MIN_WORD_BYTES = 48;
const IS_LITTLE_ENDIAN = /* @__PURE__ */ endianness() === "LE";

const EMPTY: Int32Array = new Int32Array(0);
let keys = EMPTY;
let usedKeys = 0;

/** A fresh key that nobody can foresee; its first byte is the highest. */
export function nextKey(): number {
  if (usedKeys === keys.length) {
    if (keys.length === 0) keys = new Int32Array(POOLED_KEYS);
    randomFillSync(keys);
    usedKeys = 0;
  }
  const key = keys[usedKeys] ?? 0;
  // What was used tells nobody what a connection hid.
  keys[usedKeys] = 0;
  usedKeys += 1;
  return key;
}

/** The key for what stands `bytes` further on. */
export function rotateKey(key: number, bytes: number): number {
  const bits = (bytes & 3) << 3;
  return bits === 0 ? key : (key << bits) | (key >>> (32 - bits));
}

/** The key as a word in memory. */
function toWord(key: number): number {
  if (!IS_LITTLE_ENDIAN) return key;
  return (key >>> 24) | ((key >>> 8) & 0xff00) | ((key << 8) & 0xff0000) | (key << 24);
}

/** The memory that was masked last, as words: making a view costs as much as masking 100 bytes. */
let lastWords: Int32Array = EMPTY;

function viewWords({ buffer }: Buffer): Int32Array {
  if (lastWords.buffer !== buffer) {
    lastWords = new Int32Array(buffer, 0, buffer.byteLength >> 2);
  }
  return lastWords;
}

function maskBytes(bytes: Buffer, start: number, end: number, key: number): void {
  for (let at = start, shift = 24; at < end; at += 1, shift = (shift - 8) & 31) {
    bytes[at] = (bytes[at] ?? 0) ^ (key >>> shift);
  }
}

/** Masks, or unmasks, from `start` to `end` in place. */
export function applyMask(bytes: Buffer, start: number, end: number, key: number): void {
  if (end - start < MIN_WORD_BYTES) {
    maskBytes(bytes, start, end, key);
    return;
  }
  const words = viewWords(bytes);
  const offset = bytes.byteOffset;
  const first = (offset + start + 3) >> 2;
  const last = (offset + end) >> 2;
  const from = (first << 2) - offset;
  const to = (last << 2) - offset;
  maskBytes(bytes, start, from, key);
  const word = toWord(rotateKey(key, from - start));
  for (let at = first; at < last; at += 1) words[at] = (words[at] ?? 0) ^ word;
  maskBytes(bytes, to, end, rotateKey(key, to - start));
}
