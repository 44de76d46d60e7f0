/** UTF-8 samples: what is right at its very edges, and every class of what is wrong.
 *  After Markus Kuhn's decoder test and RFC 3629, section 4. */

import { hex } from "./wire.ts";

/** A name, and bytes. */
export type Sample = readonly [name: string, bytes: Buffer];

const codePoint = (value: number): string =>
  `U+${value.toString(16).toUpperCase().padStart(4, "0")}`;
const named = (digits: string): Sample => [digits, hex(digits)];

/** The least and the greatest of each length, those next to the surrogates, and what is no character. */
const EDGES = [
  0x00, 0x01, 0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xcfff, 0xd000, 0xd7ff, 0xe000, 0xfeff,
  0xfffd, 0xfffe, 0xffff, 0x10000, 0x3ffff, 0x40000, 0xfffff, 0x100000, 0x10ffff,
];
const NO_CHARACTERS = Array.from({ length: 16 }, (_, plane) => (plane + 1) * 0x10000).flatMap(
  (plane) => [plane + 0xfffe, plane + 0xffff],
);

/** Texts whose bytes are right. */
export const VALID: readonly (readonly [name: string, text: string])[] = [
  ...[...EDGES, ...NO_CHARACTERS].map(
    (value) => [codePoint(value), String.fromCodePoint(value)] as const,
  ),
  ["a Greek word", "κόσμε"],
  ["Latin with marks", "Hello-µ@ßöäüàá-UTF-8!!"],
  ["a byte order mark before text", "\ufefftext"],
  ["a byte order mark behind text", "text\ufeff"],
  ["marks that combine", "a\u0301\u0328e\u0302"],
  ["emoji in sequences", "👩‍👩‍👧‍👦 🏳️‍🌈"],
  ["all lengths in turn", "aé世🌍".repeat(50)],
  ["four bytes each, past any short path", "🌍".repeat(100)],
];

/** Bytes that no character starts with, or that lack what must follow. */
const LONE = ["80bf", "80bf80", "80bf80bf", "80bf80bf80bf80", "80", "8f", "90", "9f", "a0", "bf"];
const LEADS = [
  "c020",
  "c120",
  "c220",
  "df20",
  "e020",
  "ed20",
  "ef20",
  "f020",
  "f420",
  "f520",
  "fc20",
];
const IMPOSSIBLE = ["fe", "ff", "fefeffff"];

/** Too long for what they say: "/", the greatest that a shorter form holds, and NUL. */
const OVERLONG = [
  "c0af",
  "e080af",
  "f08080af",
  "f8808080af",
  "fc80808080af",
  "c1bf",
  "e09fbf",
  "f08fbfbf",
  "f887bfbfbf",
  "fc83bfbfbfbf",
  "c080",
  "e08080",
  "f0808080",
  "f880808080",
  "fc8080808080",
];
const SURROGATES = [
  "eda080",
  "edadbf",
  "edae80",
  "edafbf",
  "edb080",
  "edbe80",
  "edbfbf",
  "eda080edb080",
  "eda080edbfbf",
  "edadbfedb080",
  "edadbfedbfbf",
  "edae80edb080",
  "edae80edbfbf",
  "edafbfedb080",
  "edafbfedbfbf",
];
const TOO_GREAT = [
  "f4908080",
  "f490bfbf",
  "f4bfbfbf",
  "f5808080",
  "f7bfbfbf",
  "f888808080",
  "fbbfbfbfbf",
  "fc8480808080",
  "fdbfbfbfbfbf",
];
/** Characters whose second, third or fourth byte is another's. */
const BROKEN = [
  "c320",
  "c3c3",
  "e28220",
  "e220ac",
  "e2e2",
  "e282e2",
  "f09f8c20",
  "f09f208d",
  "f0208c8d",
  "f09f8cf0",
  "cebae1bdb9cf83cebcceb5eda080656469746564",
  "cebae1bdb9cf83cebcceb5f4908080656469746564",
];

/** Bytes that are wrong, whatever follows them. */
export const INVALID: readonly Sample[] = [
  ...LONE,
  ...LEADS,
  ...IMPOSSIBLE,
  ...OVERLONG,
  ...SURROGATES,
  ...TOO_GREAT,
  ...BROKEN,
].map(named);

/** Each byte that starts no character, or one that a space ends too soon. */
export const EVERY_BYTE: readonly Sample[] = Array.from({ length: 128 }, (_, index) =>
  named(`${(0x80 + index).toString(16)}20`),
);

/** Characters that lack bytes at their end: wrong there, and right so far. */
export const TRUNCATED: readonly Sample[] = [
  "c2",
  "c3",
  "df",
  "e0",
  "e0a0",
  "e0bf",
  "e1",
  "e180",
  "e282",
  "ed",
  "ed9f",
  "ee80",
  "ef",
  "efbf",
  "f0",
  "f090",
  "f09080",
  "f09f8c",
  "f1",
  "f180",
  "f18080",
  "f4",
  "f48f",
  "f48fbf",
  "cebae1bd",
].map(named);

/** What may follow each first byte: how many bytes, and of which range the first of them. */
function rest(lead: number): readonly [count: number, least: number, greatest: number] {
  if (lead < 0x80) return [0, 0, 0];
  if (lead < 0xc2 || lead > 0xf4) return [-1, 0, 0];
  if (lead < 0xe0) return [1, 0x80, 0xbf];
  if (lead < 0xf0) return [2, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf];
  return [3, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf];
}

/** The bytes up to and with the first that no valid text has there; null where there is none. */
export function upToWrong(bytes: Buffer): Buffer | null {
  let left = 0;
  let range: readonly [number, number] = [0x80, 0xbf];
  for (const [index, byte] of bytes.entries()) {
    if (left > 0) {
      if (byte < range[0] || byte > range[1]) return bytes.subarray(0, index + 1);
      range = [0x80, 0xbf];
      left -= 1;
      continue;
    }
    const [count, ...edges] = rest(byte);
    if (count < 0) return bytes.subarray(0, index + 1);
    left = count;
    range = edges;
  }
  return null;
}
