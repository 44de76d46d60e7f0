import { expect, test } from "vitest";
import { readTerms, windowAlone } from "../../src/adapter/extensions.ts";

const ALONE = "permessage-deflate; server_no_context_takeover";

test.each([9, 10, 11, 12, 13, 14, 15])("a window of %i bits is used", (bits) => {
  expect(windowAlone(`${ALONE}; server_max_window_bits=${bits}`)).toBe(bits);
});

test("the window is 15 bits unless one was agreed upon", () => {
  expect(windowAlone(ALONE)).toBe(15);
  expect(windowAlone("permessage-deflate;server_no_context_takeover")).toBe(15);
});

test("a window of 8 bits, which Node's zlib can't make, is none", () => {
  expect(windowAlone(`${ALONE}; server_max_window_bits=8`)).toBe(0);
});

test("what binds the client alone does not matter", () => {
  const client = "client_no_context_takeover; client_max_window_bits=9";
  expect(windowAlone(`${ALONE}; ${client}`)).toBe(15);
  expect(windowAlone(`permessage-deflate; ${client}`)).toBe(0);
});

test.each(["", "permessage-deflate", "permessage-deflate; server_max_window_bits=12"])(
  "without an agreement to compress each message by itself there is none: %j",
  (extensions) => {
    expect(windowAlone(extensions)).toBe(0);
  },
);

test("another extension with the same parameter is none", () => {
  expect(windowAlone("x-deflate; server_no_context_takeover")).toBe(0);
});

test("a window that is no number is none", () => {
  expect(windowAlone(`${ALONE}; server_max_window_bits=wide`)).toBe(0);
});

test("what is not compressed has no terms", () => {
  expect(readTerms("", false)).toBeNull();
  expect(readTerms("x-deflate; server_no_context_takeover", true)).toBeNull();
});

test("there is takeover and the largest window unless something else was agreed upon", () => {
  const way = { takeover: true, windowBits: 15 };
  expect(readTerms("permessage-deflate", false)).toEqual({ out: way, in: way });
});

test("what one side sends by is what the other reads by", () => {
  const extensions =
    'permessage-deflate; client_max_window_bits="9";server_no_context_takeover; server_max_window_bits=12';
  const server = { takeover: false, windowBits: 12 };
  const client = { takeover: true, windowBits: 9 };
  expect(readTerms(extensions, true)).toEqual({ out: server, in: client });
  expect(readTerms(extensions, false)).toEqual({ out: client, in: server });
});
