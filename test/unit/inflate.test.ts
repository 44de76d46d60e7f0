/** Inflate: blocks of all kinds, the limit, and data that is bad. */

import { constants, deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { Deflater } from "../../src/adapter/deflate.ts";
import {
  Inflater,
  POOLED_BLOCK_BYTES,
  POOLED_OUTPUT_BYTES,
  TooBigError,
} from "../../src/adapter/inflate.ts";
import { settle } from "../support/deflating.ts";

const TAKEOVER = { takeover: true, windowBits: 15 };
const ALONE = { takeover: false, windowBits: 15 };
const LIMIT = 1_000_000;

const hex = (digits: string) => Buffer.from(digits.replaceAll(" ", ""), "hex");

/** As a connection does it. */
async function inflate(inflater: Inflater, block: Uint8Array, limit = LIMIT): Promise<string> {
  const message = inflater.inflate(block, limit) ?? (await inflatePooled(inflater, block, limit));
  return message.toString();
}

function inflatePooled(inflater: Inflater, block: Uint8Array, limit = LIMIT): Promise<Buffer> {
  return settle((done) => inflater.inflateLater(block, limit, done));
}

/** With the four bytes left out. */
function deflate(message: string | Buffer): Buffer {
  const block = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH });
  return block.subarray(0, -4);
}

/** The examples of RFC 7692, section 7.2.3, and what is like them. */
const HELLO = {
  "one block": "f2 48 cd c9 c9 07 00",
  "two blocks": "f2 48 05 00 00 00 ff ff ca c9 c9 07 00",
  "a stored block": "00 05 00 fa ff 48 65 6c 6c 6f 00",
  "a final block": "f3 48 cd c9 c9 07 00 00",
  "a final block with nothing behind it": "f3 48 cd c9 c9 07 00",
  "a final block, and a last one that is empty": "f2 48 cd c9 c9 07 00 00 00 ff ff 01",
};

test.each(Object.entries(HELLO))("Hello comes out of %s", async (_, digits) => {
  expect(await inflate(new Inflater(ALONE), hex(digits))).toBe("Hello");
  expect(await inflate(new Inflater(TAKEOVER), hex(digits))).toBe("Hello");
  expect((await inflatePooled(new Inflater(ALONE), hex(digits))).toString()).toBe("Hello");
});

test.each(Object.entries(HELLO))("a message may repeat what came out of %s", async (_, digits) => {
  const inflater = new Inflater(TAKEOVER);
  expect(await inflate(inflater, hex(digits))).toBe("Hello");
  // The second Hello of RFC 7692, section 7.2.3.2.
  expect(await inflate(inflater, hex("f2 00 11 00 00"))).toBe("Hello");
});

test("a message may consist of several streams, each to its final block", async () => {
  const parts = ["one, ", "two, ", "three"].map((part) => deflateRawSync(part));
  const block = Buffer.concat([...parts, Buffer.of(0)]);
  const inflater = new Inflater(TAKEOVER);
  expect(await inflate(inflater, block)).toBe("one, two, three");
  expect(await inflate(inflater, deflate("four"))).toBe("four");
});

test("a block behind a final one may repeat what came before that", async () => {
  const block = Buffer.concat([hex("f3 48 cd c9 c9 07 00"), hex("f2 00 11 00 00")]);
  expect(await inflate(new Inflater(ALONE), block)).toBe("HelloHello");
});

test("one behind two final ones may repeat what came before all of them", async () => {
  const dictionary = Buffer.from("the first, the second, ");
  const last = deflateRawSync("the first", { dictionary, finishFlush: constants.Z_SYNC_FLUSH });
  const parts = [deflateRawSync("the first, "), deflateRawSync("the second, "), last];
  const block = Buffer.concat(parts).subarray(0, -4);
  expect(last.length).toBeLessThan("the first".length + 4);
  expect(await inflate(new Inflater(ALONE), block)).toBe("the first, the second, the first");
});

test("a final block with an empty one behind it, which is a usual form, is inflated in the call", () => {
  expect(new Inflater(ALONE).inflate(hex(HELLO["a final block"]), LIMIT)?.toString()).toBe("Hello");
});

test("the streams of a message are no more than a bound", async () => {
  const final = (count: number) => Buffer.concat(new Array<Buffer>(count).fill(hex("03 00")));
  const block = (count: number) => Buffer.concat([final(count), deflate("end")]);
  expect(await inflate(new Inflater(ALONE), block(60))).toBe("end");
  await expect(inflate(new Inflater(ALONE), block(70))).rejects.toThrow("too many final blocks");
});

test("an empty message is empty", async () => {
  const inflater = new Inflater(TAKEOVER);
  for (const block of [hex("00"), hex("02 00"), hex("")]) {
    expect(await inflate(inflater, block)).toBe("");
    expect(await inflate(inflater, hex(HELLO["one block"]))).toBe("Hello");
  }
});

test("nothing is known of the message before without takeover", async () => {
  const inflater = new Inflater(ALONE);
  expect(await inflate(inflater, hex(HELLO["one block"]))).toBe("Hello");
  expect(() => inflater.inflate(hex("f2 00 11 00 00"), LIMIT)).toThrow("distance too far back");
  await inflatePooled(inflater, hex(HELLO["one block"]));
  expect(() => inflater.inflate(hex("f2 00 11 00 00"), LIMIT)).toThrow("distance too far back");
});

test("nothing is known of the messages of another connection", async () => {
  expect(await inflate(new Inflater(TAKEOVER), hex(HELLO["one block"]))).toBe("Hello");
  const inflater = new Inflater(TAKEOVER);
  expect(() => inflater.inflate(hex("f2 00 11 00 00"), LIMIT)).toThrow("distance too far back");
});

test("a message is not changed by the next one", () => {
  const inflater = new Inflater(TAKEOVER);
  const message = inflater.inflate(hex(HELLO["one block"]), LIMIT);
  inflater.inflate(deflate("x".repeat(1_000)), LIMIT);
  expect(message?.toString()).toBe("Hello");
});

test.each([
  ["a block of no kind", "07"],
  ["a stored block whose length is wrong", "00 05 00 fa fe 48 65 6c 6c 6f 00"],
  ["a reference to nothing", "f2 00 11 00 00"],
  ["what was never compressed", "48 65 6c 6c 6f 2c 20 48 65 6c 6c 6f"],
  ["one byte of garbage behind a final block", "f3 48 cd c9 c9 07 00 ff"],
  ["garbage behind a final block", "f3 48 cd c9 c9 07 00 ff ff ff"],
])("%s is an error, in the call and in the pool", async (_, digits) => {
  await expect(inflate(new Inflater(ALONE), hex(digits))).rejects.toThrow(/invalid/);
  await expect(inflatePooled(new Inflater(ALONE), hex(digits))).rejects.toThrow(/invalid/);
});

test("what is cut short is an error, wherever it is cut", async () => {
  const block = deflate("The quick brown fox jumps over the lazy dog, and over the lazy cat");
  for (let length = 1; length < block.length; length += 1) {
    const cut = block.subarray(0, length);
    await expect(inflate(new Inflater(ALONE), cut)).rejects.toThrow();
    await expect(inflatePooled(new Inflater(ALONE), cut)).rejects.toThrow();
  }
});

test("a final block that is cut short is an error, though what is behind it would complete it", async () => {
  const cut = hex("f3 48 cd c9 c9 07");
  await expect(inflate(new Inflater(ALONE), cut)).rejects.toThrow("unexpected end");
});

test("a stored block that is cut short is an error", async () => {
  const cut = hex("00 40 00 bf ff 48");
  await expect(inflate(new Inflater(ALONE), cut)).rejects.toThrow("unexpected end");
});

test("bad data of one connection does not spoil the messages of another", async () => {
  const good = new Inflater(TAKEOVER);
  expect(await inflate(good, hex(HELLO["one block"]))).toBe("Hello");
  expect(() => new Inflater(TAKEOVER).inflate(hex("07"), LIMIT)).toThrow();
  expect(() => new Inflater(TAKEOVER).inflate(hex("07"), LIMIT)).toThrow();
  expect(await inflate(good, hex("f2 00 11 00 00"))).toBe("Hello");
});

test("a message as large as the limit is inflated, a larger one is too big", async () => {
  for (const size of [0, 1, 1_000, 65_536, 65_537, 300_000]) {
    const block = deflate(Buffer.alloc(size, "ab"));
    expect((await inflate(new Inflater(ALONE), block, size)).length).toBe(size);
    expect((await inflatePooled(new Inflater(ALONE), block, size)).length).toBe(size);
    if (size === 0) continue;
    await expect(inflate(new Inflater(ALONE), block, size - 1)).rejects.toThrow(TooBigError);
    await expect(inflatePooled(new Inflater(ALONE), block, size - 1)).rejects.toThrow(TooBigError);
  }
});

test("the limit holds for all streams of a message together", async () => {
  const part = deflateRawSync("x".repeat(600));
  const block = Buffer.concat([part, part, part, Buffer.of(0)]);
  expect((await inflate(new Inflater(ALONE), block, 1_800)).length).toBe(1_800);
  await expect(inflate(new Inflater(ALONE), block, 1_799)).rejects.toThrow(TooBigError);
});

test("a message that is or becomes large is for the pool", async () => {
  const inflater = new Inflater(TAKEOVER);
  const becomesLarge = deflate(Buffer.alloc(POOLED_OUTPUT_BYTES + 1));
  expect(inflater.inflate(becomesLarge, LIMIT)).toBeNull();
  expect((await inflatePooled(inflater, becomesLarge)).length).toBe(POOLED_OUTPUT_BYTES + 1);
  expect(inflater.inflate(Buffer.alloc(POOLED_BLOCK_BYTES + 1), LIMIT)).toBeNull();
});

test("a message that is as large as may be in the call is inflated there", () => {
  const inflater = new Inflater(TAKEOVER);
  const message = inflater.inflate(deflate(Buffer.alloc(POOLED_OUTPUT_BYTES)), LIMIT);
  expect(message?.length).toBe(POOLED_OUTPUT_BYTES);
  const bytes = POOLED_BLOCK_BYTES - 6;
  const header = Buffer.alloc(5);
  header.writeUInt16LE(bytes, 1);
  header.writeUInt16LE(65_535 - bytes, 3);
  const stored = Buffer.concat([header, Buffer.alloc(bytes), Buffer.of(0)]);
  expect(inflater.inflate(stored, LIMIT)?.length).toBe(bytes);
});

test("a small message holds no large memory, wherever it was inflated", async () => {
  const block = deflate("Hello");
  const messages = [
    new Inflater(ALONE).inflate(block, LIMIT),
    await inflatePooled(new Inflater(ALONE), block),
  ];
  for (const message of messages) {
    expect(message?.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
  }
});

test("messages in the call and in the pool may repeat each other", async () => {
  const deflater = new Deflater(TAKEOVER);
  const inflater = new Inflater(TAKEOVER);
  for (const text of ["first", "first", "first of all", "first of all", "first"]) {
    const block = deflater.deflate(Buffer.from(text)) ?? Buffer.of();
    const message = text.includes("all")
      ? await inflatePooled(inflater, block)
      : inflater.inflate(block, LIMIT);
    expect(message?.toString()).toBe(text);
  }
  deflater.free();
});

test("a gigabyte of zeros takes no more memory than the limit", async () => {
  const options = { finishFlush: constants.Z_FULL_FLUSH, level: 9 };
  const million = deflateRawSync(Buffer.alloc(2 ** 20), options);
  const zeros = Buffer.concat(new Array<Buffer>(2 ** 10).fill(million)).subarray(0, -4);
  expect(zeros.length).toBeLessThan(1.1 * 2 ** 20);
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 0);
  const inflater = new Inflater(ALONE);
  await expect(inflatePooled(inflater, zeros, 4_000_000)).rejects.toThrow(TooBigError);
  clearInterval(watch);
  expect(most).toBeLessThan(8_000_000);
});

test("nothing is reported of a message in the pool once it was freed", async () => {
  const reports: string[] = [];
  const block = deflate(Buffer.alloc(500_000, "abc"));
  const dropped = new Inflater(TAKEOVER);
  dropped.inflateLater(block, LIMIT, () => reports.push("dropped"));
  dropped.free();
  dropped.free();
  await inflatePooled(new Inflater(TAKEOVER), block);
  await inflatePooled(new Inflater(TAKEOVER), block);
  expect(reports).toEqual([]);
});

test("more messages than the pool takes at once are all inflated", async () => {
  const texts = Array.from({ length: 50 }, (_, index) => `message ${index}`);
  const inflated = texts.map((text) => inflatePooled(new Inflater(ALONE), deflate(text)));
  expect((await Promise.all(inflated)).map(String)).toEqual(texts);
});

test("those that were freed while they waited for the pool leave it to the others", async () => {
  const block = deflate("Hello");
  const dropped = Array.from({ length: 50 }, () => new Inflater(ALONE));
  for (const inflater of dropped) inflater.inflateLater(block, LIMIT, () => {});
  const last = inflatePooled(new Inflater(ALONE), block);
  for (const inflater of dropped) inflater.free();
  expect((await last).toString()).toBe("Hello");
});
