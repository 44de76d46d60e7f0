/** Frame mask: masking keys, and masking, in place or while copying.
 *  @see RFC 6455, section 5.3 */

import { randomFillSync } from "node:crypto";
import { endianness } from "node:os";
import { nativeMask } from "./frame-native-mask.ts";

/** Keys made at once. */
const POOLED_KEYS = 2048;
/** Below it, words cost more than they save. */
const MIN_WORD_BYTES = 48;
/** From here on the way into native code pays. */
const MIN_NATIVE_BYTES = 512;
/** The largest memory whose view is kept: larger than a slab and what is read at once. */
const MAX_KEPT_BYTES = 128 * 1024;
const IS_LITTLE_ENDIAN = /* @__PURE__ */ endianness() === "LE";

/** A key as native code takes it. */
const keyBytes = Buffer.alloc(4);
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
  if (lastWords.buffer === buffer) return lastWords;
  const words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
  // Memory of a large message would live on until the next one.
  if (buffer.byteLength <= MAX_KEPT_BYTES) lastWords = words;
  return words;
}

function maskBytes(bytes: Buffer, start: number, end: number, key: number): void {
  for (let at = start, shift = 24; at < end; at += 1, shift = (shift - 8) & 31) {
    bytes[at] = (bytes[at] ?? 0) ^ (key >>> shift);
  }
}

/** Copies `source` to `at` of `target`, masked. */
export function copyMasked(source: Uint8Array, target: Buffer, at: number, key: number): void {
  const { length } = source;
  const native = length < MIN_NATIVE_BYTES ? null : nativeMask();
  if (native) {
    keyBytes.writeInt32BE(key);
    native.mask(source, keyBytes, target, at, length);
    return;
  }
  target.set(source, at);
  applyMask(target, at, at + length, key);
}

/** Masks, or unmasks, from `start` to `end` in place. */
export function applyMask(bytes: Buffer, start: number, end: number, key: number): void {
  const length = end - start;
  const native = length < MIN_NATIVE_BYTES ? null : nativeMask();
  if (native) {
    keyBytes.writeInt32BE(key);
    native.unmask(bytes.subarray(start, end), keyBytes);
  } else if (length < MIN_WORD_BYTES) maskBytes(bytes, start, end, key);
  else maskWords(bytes, start, end, key);
}

function maskWords(bytes: Buffer, start: number, end: number, key: number): void {
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
