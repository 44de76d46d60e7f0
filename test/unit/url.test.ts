import { describe, expect, test } from "vitest";
import {
  checkProtocols,
  isToken,
  listProtocols,
  parseSocketUrl,
  redact,
} from "../../src/base/url.ts";

describe("parseSocketUrl", () => {
  test.each([
    ["ws://h", "ws://h/"],
    ["wss://h:443/a", "wss://h/a"],
    ["http://h:80/a?b#".slice(0, -1), "ws://h/a?b"],
    ["https://h/a", "wss://h/a"],
    ["HTTPS://H/a", "wss://h/a"],
    ["ws:localhost:8069", "ws://localhost:8069/"],
    ["  ws://h/a b\n", "ws://h/a%20b"],
    ["ws://[::1]:1/", "ws://[::1]:1/"],
    ["ws://user:word@h/", "ws://user:word@h/"],
  ])("takes %j as %s", (given, url) => {
    expect(parseSocketUrl(given).href).toBe(url);
  });

  test.each([
    "",
    "/path",
    "h",
    "ftp://h/",
    "wsx://h/",
    "ws://",
    "ws://h/#",
    "ws://h/#a",
    "ws://h:x/",
  ])("refuses %j as a SyntaxError that names it", (given) => {
    expect(() => parseSocketUrl(given)).toThrow(
      expect.objectContaining({ name: "SyntaxError", code: 12 }),
    );
  });

  test("shows no secret of a URL that it refuses", () => {
    expect(() => parseSocketUrl("ftp://user:hunter2@h/a?token=secret")).toThrow('"ftp://h/a"');
    expect(() => parseSocketUrl("ws:user:hunter2@h:x")).toThrow('"…@h:x"');
  });
});

describe("listProtocols and checkProtocols", () => {
  test.each([
    [undefined, []],
    [null, []],
    ["chat", ["chat"]],
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [new Set([1, 2]), ["1", "2"]],
  ])("makes a list of %j", (given, list) => {
    expect(listProtocols(given)).toEqual(list);
    expect(() => checkProtocols(list)).not.toThrow();
  });

  test.each([[""], ["a b"], [["a", "a"]], [["chat", "CHAT"]], [["ok", "no/t"]], [{}]])(
    "refuses %j",
    (given) => {
      expect(() => checkProtocols(listProtocols(given))).toThrow(
        expect.objectContaining({ name: "SyntaxError" }),
      );
    },
  );
});

describe("isToken", () => {
  test("knows the characters of RFC 9110 and no others", () => {
    const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
    const tokens = all.filter(isToken).join("");
    expect(tokens).toBe(
      "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~",
    );
  });
});

describe("redact", () => {
  test.each([
    ["wss://user:word@h:1/a?token=secret#x", "wss://h:1/a"],
    ["wss://h/a@b", "wss://h/a@b"],
    ["wss://h/a?x=y@z", "wss://h/a"],
    ["not a url", "not a url"],
    ["/path?token=secret", "/path"],
    ["//user:secret@h/x", "…@h/x"],
    ["wss://user:pa/ss@h:x/", "…@h:x/"],
  ])("shows %j as %j", (url, shown) => {
    expect(redact(url)).toBe(shown);
  });

  test.each([
    "wss://user:hun/ter2@host/",
    "wss://user:hun?ter2@host",
    " wss://u:hunter2@h/#f",
    "ws:\t//u:hunter2@h",
  ])("shows no password of %j", (url) => {
    expect(redact(url)).not.toMatch(/hun|ter2/);
  });
});
