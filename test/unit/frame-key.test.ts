/** Frame key: the keys of handshakes, and what answers them. */

import { expect, onTestFinished, test, vi } from "vitest";
import { acceptKey, createKey } from "../../src/adapter/frame-key.ts";

/** The example of RFC 6455, section 1.3. */
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

test("what answers a key is that of the example in RFC 6455", () => {
  expect(acceptKey(KEY)).toBe(ACCEPT);
});

test("it is the same where Node has no hash of one call", async () => {
  const { hash: _hash, ...older } = await import("node:crypto");
  vi.resetModules();
  vi.doMock("node:crypto", () => ({ ...older, hash: undefined }));
  onTestFinished(() => {
    vi.doUnmock("node:crypto");
    vi.resetModules();
  });
  const { acceptKey: acceptOlder } = await import("../../src/adapter/frame-key.ts");
  expect(acceptOlder(KEY)).toBe(ACCEPT);
});

test("a key is 16 bytes as base64, and each is another one in all of its words", () => {
  const keys = Array.from({ length: 5_000 }, createKey);
  expect(new Set(keys.map((key) => key.length))).toEqual(new Set([KEY.length]));
  const words = keys.map(
    (key) => new Int32Array(new Uint8Array(Buffer.from(key, "base64")).buffer),
  );
  for (let place = 0; place < 4; place += 1) {
    // Of 5,000 numbers of 32 bits two are alike once in 340 times, and three never.
    expect(new Set(words.map((four) => four[place])).size).toBeGreaterThan(4_990);
  }
});
