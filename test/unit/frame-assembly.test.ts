/** The memory of a message in pieces: as much as has come, not as much as is announced. */

import { describe, expect, test } from "vitest";
import { Assembly } from "../../src/adapter/frame-assembly.ts";
import { SLAB_BYTES, takeSlab } from "../../src/adapter/frame-slab.ts";
import { patterned } from "../support/frame-streams.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** What a message holds in memory now. */
const heldBytes = (message: Assembly): number => message.bytes.buffer.byteLength;

describe("a message of one frame", () => {
  test("takes no more than 128 KiB where 16 MiB are announced, and little has come", () => {
    const message = new Assembly(false, false);
    message.announce(16 * MIB);
    message.append(Buffer.alloc(100), 0, 100, 0);
    expect(heldBytes(message)).toBeLessThanOrEqual(128 * KIB);
  });

  test("takes at most four times what has come, from 128 KiB on", () => {
    const message = new Assembly(false, false);
    message.announce(16 * MIB);
    const chunk = Buffer.alloc(64 * KIB);
    for (let come = chunk.length; come <= 16 * MIB; come += chunk.length) {
      message.append(chunk, 0, chunk.length, 0);
      expect(heldBytes(message)).toBeLessThanOrEqual(Math.max(128 * KIB, 4 * come));
    }
  });

  test("has no byte too many in memory in the end", () => {
    const message = new Assembly(false, false);
    message.announce(1_000_000);
    const bytes = patterned(1_000_000, 1);
    for (let at = 0; at < bytes.length; at += 65_000) {
      message.append(bytes, at, Math.min(at + 65_000, bytes.length), 0);
    }
    expect(message.bytes.equals(bytes)).toBe(true);
    expect(heldBytes(message)).toBe(bytes.length);
  });
});

describe("a message of fragments of one byte", () => {
  test("is moved a few times, and not with each fragment", () => {
    const message = new Assembly(false, false);
    const byte = Buffer.of(7);
    const places = new Set<ArrayBufferLike>();
    for (let count = 0; count < 200_000; count += 1) {
      message.announce(1);
      message.append(byte, 0, 1, 0);
      places.add(message.bytes.buffer);
    }
    expect(places.size).toBeLessThan(20);
    expect(message.bytes.equals(Buffer.alloc(200_000, 7))).toBe(true);
  });

  test("takes at most twice its size, from some KiB on", () => {
    const message = new Assembly(false, false);
    const byte = Buffer.of(7);
    for (let count = 1; count <= 100_000; count += 1) {
      message.announce(1);
      message.append(byte, 0, 1, 0);
      if (count > 10_000) expect(heldBytes(message)).toBeLessThanOrEqual(2 * count);
    }
  });
});

test("a text of about a slab gives its memory back once it has been decoded", () => {
  const message = new Assembly(true, false);
  message.announce(SLAB_BYTES);
  message.append(Buffer.alloc(SLAB_BYTES, "A"), 0, SLAB_BYTES, 0);
  const { buffer } = message.bytes;
  message.release();
  expect(takeSlab().buffer).toBe(buffer);
});

test("a text is refused with the piece that spoils it", () => {
  const message = new Assembly(true, false);
  message.announce(100);
  expect(message.append(Buffer.from("e282", "hex"), 0, 2, 0)).toBe(true);
  expect(message.append(Buffer.of(0x41), 0, 1, 0)).toBe(false);
});
