/** Deflate where Node's streams hold nothing that could be run in the call: slower, and the same. */

import type * as Zlib from "node:zlib";
import { expect, test, vi } from "vitest";
import { settle } from "../support/deflating.ts";

/** A stream that is made for its state alone is known by its small chunk. */
vi.mock("node:zlib", async (importOriginal) => {
  const zlib = await importOriginal<typeof Zlib>();
  const createDeflateRaw = (options?: Zlib.ZlibOptions) => {
    const stream = zlib.createDeflateRaw(options);
    if (options?.chunkSize === 64) Reflect.deleteProperty(stream, "_writeState");
    return stream;
  };
  return { ...zlib, createDeflateRaw };
});

const { Deflater } = await import("../../src/adapter/deflate.ts");
const { countOwned } = await import("../../src/adapter/deflate-states.ts");
const { Inflater } = await import("../../src/adapter/inflate.ts");

test.each([true, false])("messages go both ways with takeover: %s", async (takeover) => {
  const terms = { takeover, windowBits: 12 };
  const deflater = new Deflater(terms);
  const inflater = new Inflater(terms);
  for (const text of ["first", "first", "", "first of all ".repeat(1_000)]) {
    const block = deflater.deflate(Buffer.from(text)) ?? Buffer.of();
    const message =
      inflater.inflate(block, 20_000) ??
      (await settle((done) => inflater.inflateLater(block, 20_000, done)));
    expect(message.toString()).toBe(text);
  }
  expect(countOwned()).toBe(0);
  expect(inflater.inflate(Buffer.of(2, 0), 1)).toBeNull();
  deflater.free();
});
