/** The check of UTF-8, against TextDecoder, cut anywhere. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText, Utf8Check } from "../../src/adapter/frame-utf8.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function isText(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether something can follow `bytes` that makes a text of them; by trying all that matters. */
function canGoOn(bytes: Uint8Array): boolean {
  const ends = [0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf];
  const tails: number[][] = [[]];
  for (const first of ends) tails.push([first], [first, 0x80], [first, 0x80, 0x80]);
  return tails.some((tail) => isText(Buffer.concat([bytes, Uint8Array.from(tail)])));
}

/** How many bytes a text can begin with of these. */
function goodBytes(bytes: Uint8Array): number {
  let length = 0;
  while (length < bytes.length && canGoOn(bytes.subarray(0, length + 1))) length += 1;
  return length;
}

/** How many parts are accepted; how it ends when all are. */
function check(parts: readonly Uint8Array[]): { accepted: number; isWhole: boolean } {
  const utf8 = new Utf8Check();
  let accepted = 0;
  for (const part of parts) {
    // Amid other memory, which is none of its business.
    const memory = Buffer.concat([Buffer.of(0xff, 0xe2), part, Buffer.of(0x82, 0xff)]);
    if (!utf8.accepts(memory, 2, 2 + part.length)) break;
    accepted += 1;
  }
  return { accepted, isWhole: utf8.isWhole };
}

function split(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
  const starts = [0, ...ends];
  return starts.map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length));
}

/** Holds a part for the parts in front of the first bad byte, and none for the others. */
function expectAgreement(bytes: Uint8Array, parts: readonly Uint8Array[]): void {
  const good = goodBytes(bytes);
  let end = 0;
  const expected = parts.filter((part) => {
    end += part.length;
    return end <= good;
  }).length;
  const { accepted, isWhole } = check(parts);
  const name = Buffer.from(bytes).toString("hex");
  expect(accepted, name).toBe(expected);
  if (accepted === parts.length) expect(isWhole, name).toBe(isText(bytes));
  expect(decodeText(Buffer.from(bytes), 0, bytes.length) !== null, name).toBe(isText(bytes));
}

const LEADS = [0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee];
const MORE_LEADS = [0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xfb, 0xfc, 0xfd, 0xfe, 0xff];
const SECONDS = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe2];

describe("at the edges of each form", () => {
  test("every sequence of up to four bytes is judged byte by byte", () => {
    const tails = [0x7f, 0x80, 0xbf, 0xc2];
    for (const lead of [...LEADS, ...MORE_LEADS]) {
      for (const second of SECONDS) {
        for (const third of tails) {
          for (const fourth of tails) {
            const bytes = Uint8Array.of(lead, second, third, fourth);
            expectAgreement(bytes, split(bytes, [1, 2, 3]));
          }
        }
      }
    }
  });

  test("every cut of every sequence is judged alike", () => {
    for (const lead of [...LEADS, ...MORE_LEADS]) {
      for (const second of SECONDS) {
        const bytes = Uint8Array.of(0x61, lead, second, 0x80, 0x80, 0x61);
        for (let first = 0; first <= 6; first += 1) {
          for (let last = first; last <= 6; last += 1) {
            expectAgreement(bytes, split(bytes, [first, last]));
          }
        }
      }
    }
  });
});

const nasty = fc.constantFrom(
  ..."61 c3bc e282ac f09f9880 f48fbfbf efbfbd efbbbf ed9fbf ee8080 eda080 edbfbf".split(" "),
  ..."f0808080 f08fbfbf f4908080 c080 c1bf e08080 e09fbf ff fe 80 bf c3 e2 e282 f0 f09f f09f98".split(
    " ",
  ),
);
const nastyBytes = fc
  .array(nasty, { maxLength: 12, size: "max" })
  .map((parts) => new Uint8Array(Buffer.from(parts.join(""), "hex")));
const random = fc.uint8Array({ maxLength: 20 });
const wholeText = fc
  .string({ unit: "binary", maxLength: 30 })
  .map((text) => new Uint8Array(Buffer.from(text)));
const cuts = fc.array(fc.nat(60), { maxLength: 20, size: "max" });

test("any bytes are judged as TextDecoder judges them, however they are cut", () => {
  fc.assert(
    fc.property(fc.oneof(nastyBytes, random, wholeText), cuts, (bytes, at) => {
      expectAgreement(bytes, split(bytes, at));
    }),
    { numRuns: 3000, seed: 4 },
  );
});

test("a text is accepted byte by byte, and whole in the end", () => {
  fc.assert(
    fc.property(wholeText, (bytes) => {
      const parts = [...bytes].map((byte) => Uint8Array.of(byte));
      expect(check(parts)).toEqual({ accepted: parts.length, isWhole: true });
    }),
    { numRuns: 500, seed: 4 },
  );
});

test("a byte order mark and a replacement character are text, and stay", () => {
  const bytes = Buffer.from("\uFEFFa\uFFFD");
  expect(decodeText(bytes, 0, bytes.length)).toBe("\uFEFFa\uFFFD");
});
