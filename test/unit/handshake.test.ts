import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { isSocketError } from "../../src/errors.ts";
import { checkHandshake, listOffered } from "../../src/server/handshake.ts";
import { type OriginOptions, parseOriginOptions } from "../../src/server/origin-check.ts";
import type { Refusal } from "../../src/server/refusal.ts";
import { readPlace } from "../../src/server/request-url.ts";
import { checkResponseHeaders } from "../../src/server/response-headers.ts";
import { thrown } from "../support/sockets.ts";

/** A request as Node parses one; a header field that is an array was sent several times, null not at all. */
interface RequestParts {
  readonly version?: readonly [number, number];
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
}

const HEADERS = {
  Host: "server.test",
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

function request({ version = [1, 1], method = "GET", url = "/", headers }: RequestParts = {}) {
  const message = new IncomingMessage(new Socket());
  [message.httpVersionMajor, message.httpVersionMinor] = version;
  message.method = method;
  message.url = url;
  for (const [name, value] of Object.entries({ ...HEADERS, ...headers })) {
    const values = value === null ? [] : [value].flat();
    message.rawHeaders.push(...values.flatMap((one) => [name, one]));
  }
  return message;
}

/** Why a request is refused. */
function refusalOf(parts: RequestParts, options: OriginOptions = {}, isSecure = false) {
  return checkHandshake(request(parts), { origins: parseOriginOptions(options), isSecure });
}

/** Expects a refusal whose message, as one line, holds `what`. */
function expectRefused(parts: RequestParts, status: Refusal["status"], what: string): void {
  const refusal = refusalOf(parts);
  const code = status === 403 ? "ERR_ORIGIN" : "ERR_BAD_HANDSHAKE";
  expect(refusal).toMatchObject({ status, code });
  expect(refusal?.message).toContain(what);
  expect(refusal?.message).toMatch(/^upgrade: .+ (is|stands|has) .+, must be .+$|must name /);
}

describe("a handshake is fine", () => {
  test.each<[string, RequestParts]>([
    ["as browsers send it", {}],
    ["of HTTP 2", { version: [2, 0] }],
    ["with a port", { headers: { Host: "h:8080" } }],
    ["for an IPv6 address", { headers: { Host: "[::1]:80" } }],
    ["with Firefox's Connection", { headers: { Connection: "keep-alive, Upgrade" } }],
    ["with Connection in two lines", { headers: { Connection: ["keep-alive", "UPGRADE"] } }],
    ["with tabs and empty elements", { headers: { Connection: ",\tupgrade\t," } }],
    ["with Upgrade in another case", { headers: { Upgrade: "WebSocket" } }],
    ["with another protocol as well", { headers: { Upgrade: "h2c, websocket" } }],
    ["with subprotocols", { headers: { "Sec-WebSocket-Protocol": "a, b" } }],
    ["for a path and query", { url: "/a/b?c=d" }],
    ["for what browsers do not escape", { url: "/a|b{}^`?\"<>'" }],
    ["in absolute-form", { url: "http://server.test/a" }],
    ["in absolute-form of WebSockets", { url: "WSS://SERVER.test?a" }],
    [
      "with a field whose value is a field's name",
      { headers: { "X-Field": "host", "X-Next": "a" } },
    ],
    ["from its own origin", { headers: { Origin: "http://server.test" } }],
  ])("%s", (_what, parts) => {
    expect(refusalOf(parts)).toBeNull();
  });

  test("with names of fields in any case", () => {
    const headers = Object.entries(HEADERS).map(([name, value]) => [name.toUpperCase(), value]);
    const cleared = Object.keys(HEADERS).map((name) => [name, null]);
    expect(refusalOf({ headers: Object.fromEntries([...cleared, ...headers]) })).toBeNull();
  });
});

describe("a handshake is refused with 400", () => {
  test.each<[string, RequestParts]>([
    ["HTTP version is 1.0", { version: [1, 0] }],
    ["HTTP version is 0.9", { version: [0, 9] }],
    ["Host is missing", { headers: { Host: null } }],
    ['Host is ""', { headers: { Host: "" } }],
    ['Host is "a, b"', { headers: { Host: ["a", "b"] } }],
    ['Host is "a, a"', { headers: { Host: ["a", "a"] } }],
    ['Host is "a b"', { headers: { Host: "a b" } }],
    ['Host is "a,b"', { headers: { Host: "a,b" } }],
    ['Host is "a/b"', { headers: { Host: "a/b" } }],
    ['Host is "a?b"', { headers: { Host: "a?b" } }],
    ['Host is "a#b"', { headers: { Host: "a#b" } }],
    ['Host is "a\\\\b"', { headers: { Host: "a\\b" } }],
    ['Host is "…@h"', { headers: { Host: "user:hunter2@h" } }],
    ['Host is "%61"', { headers: { Host: "%61" } }],
    ['Host is "ä"', { headers: { Host: "ä" } }],
    ['Host is "h:x"', { headers: { Host: "h:x" } }],
    ['Host is "h:65536"', { headers: { Host: "h:65536" } }],
    ['Host is ":80"', { headers: { Host: ":80" } }],
    ['Host is "1.2.3.256"', { headers: { Host: "1.2.3.256" } }],
    ['Host is "[::1"', { headers: { Host: "[::1" } }],
    ['Host is "::1"', { headers: { Host: "::1" } }],
    ['target is ""', { url: "" }],
    ['target is "*"', { url: "*" }],
    ['target is "path"', { url: "path" }],
    ['target is "server.test:80"', { url: "server.test:80" }],
    ['target is "/a#…"', { url: "/a#b" }],
    ['target is "/a\\\\b"', { url: "/a\\b" }],
    ['target is "/ä"', { url: "/ä" }],
    ['target is "http://evil.test/a?…"', { url: "http://evil.test/a?b" }],
    ['target is "http://server.test:80/"', { url: "http://server.test:80/" }],
    ['target is "…@server.test/"', { url: "http://user:hunter2@server.test/" }],
    ['target is "http://server.test/#…"', { url: "http://server.test/#b" }],
    ['target is "http://server.test/\\\\"', { url: "http://server.test/\\" }],
    ['target is "ftp://server.test/"', { url: "ftp://server.test/" }],
    ["Connection is missing", { headers: { Connection: null } }],
    ['Connection is "close"', { headers: { Connection: "close" } }],
    ['Connection is "upgraded"', { headers: { Connection: "upgraded" } }],
    ['Connection is "\u00a0upgrade"', { headers: { Connection: "\u00a0upgrade" } }],
    ["Sec-WebSocket-Version stands 0", { headers: { "Sec-WebSocket-Version": null } }],
    ["Sec-WebSocket-Version stands 2", { headers: { "Sec-WebSocket-Version": ["13", "13"] } }],
    ["Key is missing", { headers: { "Sec-WebSocket-Key": null } }],
    ["Key is missing", { headers: { "Sec-WebSocket-Key": "" } }],
    [
      "Key is there twice",
      { headers: { "Sec-WebSocket-Key": Array(2).fill("dGhlIHNhbXBsZSBub25jZQ==") } },
    ],
    ["Key is something else", { headers: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ" } }],
    ["Key is something else", { headers: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" } }],
    ["Key is something else", { headers: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZWU=" } }],
    ["Key is something else", { headers: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25*ZQ==" } }],
    ["Key is something else", { headers: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==x" } }],
    ['Protocol has "b c"', { headers: { "Sec-WebSocket-Protocol": "a, b c" } }],
    ['Protocol has "a/b"', { headers: { "Sec-WebSocket-Protocol": "a/b" } }],
    ['Protocol has "a"', { headers: { "Sec-WebSocket-Protocol": ["a", "b, a"] } }],
  ])("where %s: %j", (what, parts) => {
    expectRefused(parts, 400, what);
  });

  test("by a message without a user's password or a query", () => {
    const target = refusalOf({ url: "http://user:hunter2@evil.test/?token=secret" });
    const host = refusalOf({ headers: { Host: "user:hunter2@evil.test" } });
    expect(`${target?.message} ${host?.message}`).not.toMatch(/hunter2|secret/);
  });

  test("by a message that shows 100 characters of what was sent, escaped", () => {
    const refusal = refusalOf({ headers: { Host: `\x9b${"x".repeat(9_000)}` } });
    expect(refusal?.message).toContain(`"\\u009b${"x".repeat(99)}"`);
  });
});

describe("a handshake is refused", () => {
  test.each(["POST", "HEAD", "OPTIONS", "get", ""])("with 405 where the method is %j", (method) => {
    expectRefused({ method }, 405, `method is ${JSON.stringify(method)}`);
    expect(refusalOf({ method })?.headers).toEqual({ Allow: "GET" });
  });

  test.each([null, "h2c", "websockets", "websocket/13"])(
    "with 426 where Upgrade is %j",
    (value) => {
      expectRefused({ headers: { Upgrade: value } }, 426, 'must name "websocket"');
      expect(refusalOf({ headers: { Upgrade: value } })?.headers).toEqual({ Upgrade: "websocket" });
    },
  );

  test.each(["8", "14", "013", "13.0", "13, 8", "", "x"])("with 426 of version %j", (version) => {
    const headers = { "Sec-WebSocket-Version": version };
    expectRefused({ headers }, 426, JSON.stringify(version));
    expect(refusalOf({ headers })?.headers).toEqual({
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
    });
  });

  test("for what comes first, of all that is wrong with it", () => {
    const wrong: readonly (readonly [number, string, RequestParts])[] = [
      [400, "HTTP version", { version: [1, 0] }],
      [405, "method", { method: "POST" }],
      [400, "Host", { headers: { Host: null } }],
      [400, "target", { url: "*" }],
      [400, "Connection", { headers: { Connection: null } }],
      [426, "Upgrade", { headers: { Upgrade: null } }],
      [400, "Sec-WebSocket-Version stands", { headers: { "Sec-WebSocket-Version": null } }],
      [400, "Sec-WebSocket-Key", { headers: { "Sec-WebSocket-Key": null } }],
      [426, "Sec-WebSocket-Version is", { headers: { "Sec-WebSocket-Version": "8" } }],
      [403, "Origin", { headers: { Origin: "http://evil.test" } }],
      [400, "Sec-WebSocket-Protocol", { headers: { "Sec-WebSocket-Protocol": "a b" } }],
    ];
    let rest: RequestParts = {};
    for (const [status, what, parts] of [...wrong].reverse()) {
      // What is nearer to the front wins over what was refused so far.
      rest = { ...rest, ...parts, headers: { ...rest.headers, ...parts.headers } };
      expect(refusalOf(rest)).toMatchObject({
        status,
        message: expect.stringContaining(`upgrade: ${what}`),
      });
    }
  });
});

describe("Origin", () => {
  const from = (origin: string | readonly string[]): RequestParts => ({
    headers: { Origin: origin },
  });

  test("of another host is refused with 403, by default", () => {
    expectRefused(from("http://evil.test"), 403, 'Origin is "http://evil.test"');
  });

  test("of another port or scheme is refused with 403, by default", () => {
    for (const origin of ["http://server.test:81", "https://server.test", "null"]) {
      expectRefused(from(origin), 403, origin);
    }
  });

  test("is https where the request came over TLS", () => {
    expect(refusalOf(from("https://server.test"), {}, true)).toBeNull();
    expect(refusalOf(from("http://server.test"), {}, true)).toMatchObject({ status: 403 });
  });

  test("is one that allowedOrigins means, where it is given", () => {
    const options = { allowedOrigins: ["https://app.test"] };
    expect(refusalOf(from("https://app.test"), options)).toBeNull();
    expect(refusalOf(from("http://server.test"), options)).toMatchObject({ status: 403 });
  });

  test("is any where allowedOrigins is null", () => {
    for (const origin of ["http://evil.test", "null", "anything"]) {
      expect(refusalOf(from(origin), { allowedOrigins: null })).toBeNull();
    }
  });

  test.each([undefined, null, ["http://server.test"]])(
    "that stands twice is refused with allowedOrigins %j",
    (allowedOrigins) => {
      const refusal = refusalOf(from(Array(2).fill("http://server.test")), { allowedOrigins });
      expect(refusal).toMatchObject({ status: 403, code: "ERR_ORIGIN" });
    },
  );

  test("that is missing is fine, unless requireOrigin is true", () => {
    for (const allowedOrigins of [undefined, null, []]) {
      expect(refusalOf({}, { allowedOrigins, requireOrigin: false })).toBeNull();
      expect(refusalOf({}, { allowedOrigins, requireOrigin: true })).toMatchObject({
        status: 403,
        code: "ERR_ORIGIN",
      });
    }
  });

  test("that is empty is not missing", () => {
    expectRefused(from(""), 403, 'Origin is ""');
  });
});

describe("the options of origins are refused", () => {
  test.each([
    [
      { allowedOrigins: "http://h" },
      "allowedOrigins is string, must be a list of origins, or null",
    ],
    [{ allowedOrigins: {} }, "allowedOrigins is object, must be a list of origins, or null"],
    [{ allowedOrigins: ["http://h", "h"] }, 'allowedOrigins[1] is "h", must be scheme://host'],
    [{ allowedOrigins: [5] }, "allowedOrigins[0] is 5, must be scheme://host"],
    [{ allowedOrigins: [null] }, "allowedOrigins[0] is null, must be scheme://host"],
    [{ requireOrigin: 1 }, "requireOrigin is number, must be true or false"],
    [{ requireOrigin: null }, "requireOrigin is object, must be true or false"],
  ])("when they are %j", (options, message) => {
    const [option] = Object.keys(options);
    const error = thrown(() => parseOriginOptions(options as OriginOptions));
    expect(isSocketError(error, "INVALID")).toBe(true);
    expect(error).toMatchObject({
      code: "ERR_INVALID_OPTION",
      details: { option },
      message: expect.stringContaining(`WebSockets: ${message}`),
    });
  });
});

describe("listOffered", () => {
  test.each<[string | readonly string[] | null, readonly string[]]>([
    [null, []],
    ["", []],
    ["a", ["a"]],
    ["b, a", ["b", "a"]],
    ["a,b\t,  c", ["a", "b", "c"]],
    [
      ["a, b", "c"],
      ["a", "b", "c"],
    ],
    ["chat, CHAT", ["chat", "CHAT"]],
  ])("of %j is %j", (value, names) => {
    const parts = { headers: { "Sec-WebSocket-Protocol": value } };
    expect(listOffered(request(parts))).toEqual(names);
    expect(refusalOf(parts)).toBeNull();
  });
});

describe("readPlace", () => {
  test.each([
    ["/", "h", false, "ws://h/"],
    ["/a/b?c=%20#".slice(0, -1), "h:8080", false, "ws://h:8080/a/b?c=%20"],
    ["/a", "h:443", true, "wss://h/a"],
    ["/a", "H:443", false, "ws://h:443/a"],
    ["//evil.test/a", "h", false, "ws://h//evil.test/a"],
    ["/@evil.test", "h", false, "ws://h/@evil.test"],
    ["/a/../b", "h", false, "ws://h/b"],
    ["http://h/a?b", "h", true, "wss://h/a?b"],
    ["ws://H:1?b", "h:1", false, "ws://h:1/?b"],
    ["http://h", "h", false, "ws://h/"],
    ["/", "[::1]:1", false, "ws://[::1]:1/"],
  ])("of %s at Host %s, secure: %s", (url, host, isSecure, expected) => {
    expect(readPlace(request({ url, headers: { Host: host } }), isSecure).href).toBe(expected);
  });

  test.each([
    ["*", "h"],
    ["http://evil.test/", "h"],
    ["/", "a b"],
  ])("of %s at Host %s is none", (url, host) => {
    const error = thrown(() => readPlace(request({ url, headers: { Host: host } }), false));
    expect(error).toMatchObject({ kind: "INVALID", code: "ERR_BAD_HANDSHAKE" });
  });
});

describe("checkResponseHeaders", () => {
  test.each([
    {},
    { "Set-Cookie": ["a=b", "c=d"], "X-Served-By": "me", Server: "x" },
    Object.assign(Object.create(null), { a: "b" }),
  ])("takes %j", (headers) => {
    expect(() => checkResponseHeaders(headers, "headers")).not.toThrow();
  });

  test.each([
    ["null", null],
    ["a string", "a: b"],
    ["a Headers", new Headers({ a: "b" })],
    ["a Map", new Map([["a", "b"]])],
    ["a name that is no token", { "a b": "secret" }],
    ["a name with a line break", { "a\r\nb": "secret" }],
    ["a value with a line break", { a: "secret\r\nSet-Cookie: b" }],
    ["a value with a lone line feed", { a: "secret\n" }],
    ["a value with a control character", { a: "secret\0" }],
    ["such a value in an array", { a: ["fine", "secret\r"] }],
    ["a value that is no string", { a: 5 }],
    ["one field in two spellings", { "X-A": "1", "x-a": "2" }],
    ["Upgrade", { Upgrade: "secret" }],
    ["Connection", { connection: "secret" }],
    ["the accept key", { "Sec-WebSocket-Accept": "secret" }],
    ["a subprotocol", { "sec-websocket-protocol": "secret" }],
    ["extensions", { "Sec-WebSocket-Extensions": "secret" }],
    ["a version", { "Sec-WebSocket-Version": "secret" }],
    ["a length", { "Content-Length": "0" }],
    ["a coding", { "Transfer-Encoding": "chunked" }],
  ])("refuses %s, and shows no value", (_what, headers) => {
    const error = thrown(() => checkResponseHeaders(headers, "headers"));
    expect(error).toMatchObject({
      kind: "INVALID",
      code: "ERR_INVALID_OPTION",
      details: { option: "headers" },
      message: expect.stringMatching(/^WebSockets: headers is wrong, must be /),
    });
    expect(`${error}`).not.toContain("secret");
  });
});
