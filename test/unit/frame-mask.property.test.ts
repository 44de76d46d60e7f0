/** Masking, against the rule of RFC 6455, section 5.3, byte by byte. */

import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { patterned } from "../support/frame-streams.ts";

type Masks = typeof import("../../src/adapter/frame-mask.ts");

/** The module by itself, with native code where that is installed, or without. */
async function loadMasks(isNative: boolean): Promise<Masks> {
  vi.resetModules();
  vi.stubEnv("WS_NO_BUFFER_UTIL", isNative ? "" : "1");
  const masks = await import("../../src/adapter/frame-mask.ts");
  // It is looked for when it is needed.
  masks.applyMask(Buffer.alloc(1000), 0, 1000, 1);
  vi.unstubAllEnvs();
  return masks;
}

/** `transformed-octet-i = original-octet-i XOR masking-key-octet-(i MOD 4)` */
function maskedBytewise(bytes: Buffer, start: number, end: number, key: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(key);
  const masked = Buffer.from(bytes);
  for (let at = start; at < end; at += 1) {
    masked[at] = (bytes[at] ?? 0) ^ (octets[(at - start) % 4] ?? 0);
  }
  return masked;
}

/** A view of so many bytes into memory that is `offset` bytes longer in front, and some behind. */
function viewAt(offset: number, bytes: Buffer): [Buffer, Buffer] {
  const memory = Buffer.alloc(offset + bytes.length + 5, 0x77);
  bytes.copy(memory, offset);
  return [memory.subarray(offset, offset + bytes.length), memory];
}

const key = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(0, 1, -1, 0x7fffffff, -(2 ** 31), 0x01020304, -0x01020304),
);

function isUntouched(offset: number, length: number): (byte: number, at: number) => boolean {
  return (byte, at) => (at >= offset && at < offset + length) || byte === 0x77;
}

describe.each([
  ["with native code", true],
  ["without", false],
])("%s", (_name, isNative) => {
  let masks: Masks;
  beforeAll(async () => {
    masks = await loadMasks(isNative);
  });

  test("every alignment, start and length up to some words is as the rule has it", () => {
    const bytes = patterned(140, 3);
    for (let offset = 0; offset < 4; offset += 1) {
      for (let start = 0; start < 5; start += 1) {
        for (let end = start; end <= bytes.length; end += 1) {
          const [view, memory] = viewAt(offset, bytes);
          masks.applyMask(view, start, end, 0x81_f2_63 * 131 + 7);
          const expected = maskedBytewise(bytes, start, end, 0x81_f2_63 * 131 + 7);
          const isRight = view.equals(expected) && memory.every(isUntouched(offset, bytes.length));
          expect(isRight, `${offset} ${start} ${end}`).toBe(true);
        }
      }
    }
  });

  test("large and odd places are as the rule has it, whatever was masked before", () => {
    const place = fc.record({
      offset: fc.nat(9),
      length: fc.oneof(fc.nat(300), fc.nat(70_000)),
      head: fc.nat(50),
      tail: fc.nat(50),
      key,
    });
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 4 }), (places) => {
        for (const { offset, length, head, tail, key } of places) {
          const bytes = patterned(length, offset);
          const start = Math.min(head, length);
          const end = Math.max(start, length - tail);
          const [view] = viewAt(offset, bytes);
          masks.applyMask(view, start, end, key);
          expect(view.equals(maskedBytewise(bytes, start, end, key))).toBe(true);
        }
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  test("a payload masked in pieces, the key turned to each, is masked as a whole", () => {
    const cuts = fc.array(fc.nat(1000), { maxLength: 6, size: "max" });
    fc.assert(
      fc.property(fc.nat(3000), cuts, key, (length, at, key) => {
        const bytes = patterned(length, 8);
        const whole = maskedBytewise(bytes, 0, length, key);
        const ends = [...at.map((each) => Math.floor((each * length) / 1000)), length];
        let start = 0;
        for (const end of ends.sort((a, b) => a - b)) {
          masks.applyMask(bytes, start, end, masks.rotateKey(key, start));
          start = end;
        }
        expect(bytes.equals(whole)).toBe(true);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  test("memory of an odd size at an odd place is masked to its last byte", () => {
    fc.assert(
      fc.property(fc.integer({ min: 48, max: 80 }), fc.nat(7), key, (length, offset, key) => {
        const memory = new Uint8Array(offset + length).buffer;
        const view = Buffer.from(memory, offset, length);
        masks.applyMask(view, 0, length, key);
        expect(view.equals(maskedBytewise(Buffer.alloc(length), 0, length, key))).toBe(true);
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  test("a masked copy is as the rule has it, and leaves its source alone", () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(2000), fc.nat(70_000)), fc.nat(9), key, (length, at, key) => {
        const source = patterned(length, at);
        const target = Buffer.alloc(at + length + 5, 0x77);
        masks.copyMasked(source, target, at, key);
        const expected = maskedBytewise(patterned(length, at), 0, length, key);
        expect(target.subarray(at, at + length).equals(expected)).toBe(true);
        expect(target.every(isUntouched(at, length))).toBe(true);
        expect(source.equals(patterned(length, at))).toBe(true);
      }),
      { numRuns: 100, seed: 4 },
    );
  });
});
