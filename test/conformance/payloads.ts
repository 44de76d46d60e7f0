/** Payloads: what messages are made of, the same in every run. */

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

/** So many letters, a byte each. */
export function letters(length: number): string {
  return ALPHABET.repeat(Math.ceil(length / ALPHABET.length)).slice(0, length);
}

/** So many bytes, of which nothing can be compressed. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0, state = 6455; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
