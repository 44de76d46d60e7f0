import { describe, expect, test } from "vitest";
import { Frame } from "../../src/adapter/frame-batch.ts";
import { receiveAll } from "../support/receiving.ts";

const SIZES = [0, 1, 2, 124, 125, 126, 127, 1000, 65_534, 65_535, 65_536, 65_537, 70_000];
const WINDOWS = [9, 10, 11, 12, 13, 14, 15];

/** Bytes that don't compress well, the same in each run. */
function noise(length: number): Buffer {
  let seed = 1;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed >>> 24;
    }),
  );
}

function wireBytes(frame: Frame): Buffer {
  return frame.after(null).bytes;
}

describe("a frame", () => {
  test.each(SIZES)("of %i bytes is received as they were", async (size) => {
    const data = noise(size);
    expect(await receiveAll(wireBytes(new Frame(data)))).toEqual([data]);
  });

  test.each(SIZES)("of a text of %i bytes is received as it was", async (size) => {
    const text = "x".repeat(size);
    expect(await receiveAll(wireBytes(new Frame(text)))).toEqual([text]);
  });

  test.each([
    [0, 2],
    [125, 2],
    [126, 4],
    [65_535, 4],
    [65_536, 10],
  ])("of %i bytes has the shortest header that can say so, %i bytes", (size, headerBytes) => {
    expect(wireBytes(new Frame(noise(size)))).toHaveLength(headerBytes + size);
  });

  test("counts a text in bytes of UTF-8, whatever its length in characters", async () => {
    // 42 characters of 3 bytes: 126, one more than fits the short header.
    const text = "€".repeat(42);
    const frame = new Frame(text);
    expect(frame.payloadBytes).toBe(126);
    expect(await receiveAll(wireBytes(frame))).toEqual([text]);
  });

  test("sends an unpaired surrogate as U+FFFD", async () => {
    expect(await receiveAll(wireBytes(new Frame("a\ud800b")))).toEqual(["a\ufffdb"]);
  });

  test("keeps what the caller's bytes were when it was made", async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const frame = new Frame(bytes);
    bytes.fill(9);
    expect(await receiveAll(wireBytes(frame))).toEqual([Buffer.of(1, 2, 3)]);
    expect(frame.data).toEqual(Buffer.of(1, 2, 3));
  });

  test("takes of a view its own part of the memory alone", async () => {
    const frame = new Frame(new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
    expect(await receiveAll(wireBytes(frame))).toEqual([Buffer.of(2, 3)]);
  });
});

describe("a deflated frame", () => {
  test.each(WINDOWS)("of a window of %i bits is received without a context", async (windowBits) => {
    const texts = ["", "x", "ünï 😀", "x".repeat(70_000), `${noise(70_000).toString("hex")}`];
    const frames = texts.map((text) => new Frame(text).deflated(windowBits));
    const bytes = Buffer.concat(frames.map(wireBytes));
    expect(await receiveAll(bytes, windowBits)).toEqual(texts);
  });

  test.each(SIZES)("of %i bytes is received as they were", async (size) => {
    const data = noise(size);
    expect(await receiveAll(wireBytes(new Frame(data).deflated(12)), 12)).toEqual([data]);
  });

  test("is smaller than what it was made of, whose size it tells", () => {
    const frame = new Frame("x".repeat(10_000)).deflated(15);
    expect(wireBytes(frame).length).toBeLessThan(100);
    expect(frame.payloadBytes).toBe(10_000);
  });

  test("is one frame for each window", () => {
    const frame = new Frame("x".repeat(1000));
    expect(frame.deflated(15)).toBe(frame.deflated(15));
    expect(frame.deflated(9)).not.toBe(frame.deflated(15));
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a batch", () => {
  const [a, b, c] = [new Frame("a"), new Frame("b"), new Frame("c")];

  test("of the same frames in the same order is the same bytes", () => {
    const first = a.after(null).with(b).with(c).bytes;
    expect(c.after(b.after(a.after(null))).bytes).toBe(first);
  });

  test("of one frame is the same bytes for all", () => {
    expect(a.after(null).bytes).toBe(a.after(null).bytes);
  });

  test("is received in the order in which it was made, and counts all payloads", async () => {
    const batch = a.after(null).with(b).with(a).with(c);
    expect(await receiveAll(batch.bytes)).toEqual(["a", "b", "a", "c"]);
    expect(batch.payloadBytes).toBe(4);
  });

  test("stays what it was when others go on from it", async () => {
    const start = a.after(null);
    const [withB, withC] = [start.with(b), start.with(c)];
    expect(await receiveAll(start.bytes)).toEqual(["a"]);
    expect(await receiveAll(withB.bytes)).toEqual(["a", "b"]);
    expect(await receiveAll(withC.bytes)).toEqual(["a", "c"]);
  });

  test("is the same for all, though receivers with and without compression come in turns", () => {
    const small = new Frame("small");
    const large = new Frame("x".repeat(1000));
    const variants = [large, large.deflated(9), large.deflated(15)];
    const seen = [1, 2, 3].flatMap(() =>
      variants.map((variant) => variant.after(small.after(null))),
    );
    expect(new Set(seen).size).toBe(3);
  });

  test("is no longer kept by its frame once the turn is over, with all that came behind it", async () => {
    const frame = new Frame("kept in a backlog");
    const deflated = frame.deflated(15);
    const before = [frame.after(null), deflated.after(null)];
    for (const batch of before) batch.with(new Frame("for others"));
    await turn();
    expect(frame.after(null)).not.toBe(before[0]);
    expect(deflated.after(null)).not.toBe(before[1]);
    // And of the next turn there is one for all again.
    expect(frame.after(null)).toBe(frame.after(null));
  });

  test("of very many frames is put together in time", () => {
    const count = 250_000;
    let batch = a.after(null);
    for (let i = 1; i < count; i += 1) batch = batch.with(i % 2 === 0 ? a : b);
    const { bytes } = batch;
    // Each frame moved all that stood before it: the test's own time limit would end that.
    expect(bytes).toHaveLength(3 * count);
    expect(bytes.toString("latin1", 3 * count - 6)).toBe("\x81\x01a\x81\x01b");
  });
});
