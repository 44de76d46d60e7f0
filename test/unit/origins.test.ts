import { describe, expect, test } from "vitest";
import { isSameOrigin, parseOrigins } from "../../src/policy/origins.ts";

function means(glob: string, origin: string): boolean {
  return parseOrigins([glob])(origin);
}

describe("a glob means", () => {
  test.each([
    ["http://example.com", "http://example.com"],
    ["HTTP://Example.COM", "http://example.com"],
    ["http://example.com", "HTTP://EXAMPLE.com"],
    ["http://localhost:8069", "http://localhost:8069"],
    ["http://example.*", "http://example.com"],
    ["http://*.example.com", "http://a.example.com"],
    ["http://a.*.com", "http://a.b.com"],
    ["http://*", "http://localhost"],
    ["http://*.*.*.*", "http://127.0.0.1"],
    ["http://**.example.com", "http://a.example.com"],
    ["http://**.example.com", "http://a.b.c.example.com"],
    ["http://**.example.*", "http://a.b.example.org"],
    ["http://**", "http://a.b.c"],
    ["http://**", "http://127.0.0.1"],
    ["*://example.com", "http://example.com"],
    ["*://example.com", "https://example.com"],
    ["*://example.com", "app://example.com"],
    ["*://**:*", "https://a.b:8443"],
    ["http://h:80", "http://h"],
    ["http://h:0080", "http://h"],
    ["https://h:443", "https://h"],
    ["*://h:443", "https://h"],
    ["*://h:443", "http://h:443"],
    ["http://h:*", "http://h"],
    ["http://h:*", "http://h:1"],
    ["http://h_x", "http://h_x"],
    ["http://bücher.example", "http://xn--bcher-kva.example"],
    ["http://BÜCHER.example", "http://xn--bcher-kva.example"],
    ["http://*.bücher.example", "http://a.xn--bcher-kva.example"],
    ["http://xn--bcher-kva.example", "http://xn--bcher-kva.example"],
    ["http://[::1]", "http://[::1]"],
    ["http://[0:0::0001]:*", "http://[::1]:8080"],
    ["http://[2001:DB8::A]", "http://[2001:db8::a]"],
    ["http://127.1", "http://127.0.0.1"],
    ["chrome-extension://abcdefgh", "chrome-extension://abcdefgh"],
    ["chrome-extension://*", "chrome-extension://abcdefgh"],
    ["safari-web-extension://*", "safari-web-extension://E7A3-01"],
    ["app://1", "app://1"],
    ["APP://MyHost", "app://myhost"],
    ["app://h:80", "app://h:80"],
  ])("%s: %s", (glob, origin) => {
    expect(means(glob, origin)).toBe(true);
  });
});

describe("a glob does not mean", () => {
  test.each([
    ["another scheme", "http://example.com", "https://example.com"],
    ["another scheme with that port", "https://h", "http://h:443"],
    ["a longer scheme", "http://h", "httpx://h"],
    ["another host", "http://example.com", "http://example.org"],
    ["another label behind", "http://example.*", "http://example.evil.com"],
    ["another label in front", "http://example.com", "http://evil.example.com"],
    ["a longer last label", "http://example.com", "http://example.community"],
    ["a longer first label", "http://example.com", "http://evilexample.com"],
    ["no label for *", "http://*.example.com", "http://example.com"],
    ["an empty label for *", "http://*.example.com", "http://.example.com"],
    ["two labels for *", "http://*.example.com", "http://a.b.example.com"],
    ["no label for **", "http://**.example.com", "http://example.com"],
    ["an empty label for **", "http://**.example.com", "http://.example.com"],
    ["an empty label among **", "http://**.example.com", "http://a..example.com"],
    ["a longer label behind **", "http://**.example.com", "http://a.evilexample.com"],
    ["a trailing dot", "http://example.com", "http://example.com."],
    ["a trailing dot for *", "http://example.*.*", "http://example.com."],
    ["a trailing dot for **", "http://**", "http://example.com."],
    ["an IPv6 address for *", "http://*", "http://[::1]"],
    ["an IPv6 address for **", "*://**:*", "http://[::1]"],
    ["another IPv6 address", "http://[::1]", "http://[::2]"],
    ["an IPv6 address otherwise written", "http://[::1]", "http://[0::1]"],
    ["an IPv4 address otherwise written", "http://127.0.0.1", "http://127.1"],
    ["another port", "http://h:8080", "http://h:8081"],
    ["a port where none is given", "http://h", "http://h:8080"],
    ["the default port, which no browser writes", "http://h", "http://h:80"],
    ["the default port of a scheme without one", "app://h:80", "app://h"],
    ["a port with a zero in front", "http://h:8080", "http://h:08080"],
    ["an empty port", "http://h", "http://h:"],
    ["user info", "http://example.com", "http://user@example.com"],
    ["a host as user info", "http://example.com", "http://example.com@evil.com"],
    ["a host as password", "http://example.com:*", "http://example.com:80@evil.com"],
    ["a path", "http://example.com", "http://example.com/"],
    ["a host in the path", "http://example.com", "http://evil.com/http://example.com"],
    ["a query", "http://example.com", "http://example.com?"],
    ["a fragment", "http://example.com", "http://example.com#"],
    ["a backslash", "http://example.com", "http://example.com\\.evil.com"],
    ["an escape", "http://example.com", "http://ex%61mple.com"],
    ["an IDN that is no punycode", "http://bücher.example", "http://bücher.example"],
    ["a look-alike", "http://example.com", "http://еxample.com"],
    ["a look-alike in punycode", "http://example.com", "http://xn--xample-2of.com"],
    ["a full width letter", "http://example.com", "http://ｅxample.com"],
    ["the Kelvin sign", "http://k.com", "http://\u212a.com"],
    ["another dot", "http://example.com", "http://example。com"],
    ["an opaque origin", "*://**:*", "null"],
    ["nothing", "*://**:*", ""],
    ["a star", "*://**:*", "*"],
    ["several", "http://example.com", "http://example.com, http://evil.com"],
    ["several without a space", "http://**", "http://example.com,evil.com"],
    ["a space in front", "http://example.com", " http://example.com"],
    ["a space behind", "http://example.com", "http://example.com "],
    ["a line break", "http://example.com", "http://example.com\n"],
    ["a tab within", "http://example.com", "http://exam\tple.com"],
    ["a NUL", "http://example.com", "http://example.com\0"],
    ["no slashes", "http://example.com", "http:example.com"],
    ["one slash", "http://example.com", "http:/example.com"],
    ["no scheme", "*://example.com", "//example.com"],
    ["no host", "*://**:*", "file://"],
    ["a star as a label", "http://*.com", "http://*.com"],
    ["a label of another alphabet for an extension", "app://*", "app://%C3%BC"],
  ])("%s: %s, %j", (_what, glob, origin) => {
    expect(means(glob, origin)).toBe(false);
  });

  test("a port of a file, which a URL cannot have", () => {
    expect(means("*://h:80", "file://h")).toBe(false);
  });
});

describe("a list of globs", () => {
  test("means what any of them means", () => {
    const allows = parseOrigins(["http://localhost:8069", "http://example.*"]);
    const origins = ["http://localhost:8069", "http://example.com", "http://localhost"];
    expect(origins.map(allows)).toEqual([true, true, false]);
  });

  test("without any means nothing", () => {
    expect(parseOrigins([])("http://example.com")).toBe(false);
  });

  test("is kept as it was", () => {
    const globs = ["http://a.com"];
    const allows = parseOrigins(globs);
    globs.push("http://evil.com");
    expect(allows("http://evil.com")).toBe(false);
  });
});

describe("a glob is refused", () => {
  test.each([
    "",
    "*",
    "**",
    "example.com",
    "//example.com",
    "http:example.com",
    "http:/example.com",
    "http://",
    "ht*p://example.com",
    "**://example.com",
    "h\u212attp://h",
    "1http://h",
    "http://*example.com",
    "http://ex*mple.com",
    "http://example*",
    "http://ü*.com",
    "http://***",
    "http://**x.com",
    "http://a.**.com",
    "http://a.**",
    "http://**.**",
    "http://example.com.",
    "http://.example.com",
    "http://a..com",
    "http://example.com/",
    "http://example.com/path",
    "http://example.com?query",
    "http://example.com#",
    "http://user@example.com",
    "http://a b",
    " http://a",
    "http://a\n",
    "http://a,b",
    "http://a%62",
    "http://a\\b",
    "http://example。com",
    "http://＊.example.com",
    "http://exam\u00adple.com",
    "app://bücher",
    "http://h:",
    "http://h:8*",
    "http://h:**",
    "http://h:-1",
    "http://h:65536",
    "http://[::1",
    "http://::1",
    "http://[*::1]",
    "http://[::g]",
    "http://[::1].com",
    "http://10.*.0.1",
    "http://1.2.3.256",
    "http://xn--a",
    "file://h:80",
  ])("when it is %j", (glob) => {
    expect(() => parseOrigins([glob])).toThrow(TypeError);
  });

  test.each([[5], [null], [undefined], [{}], [["http://a"]], [Symbol("x")], [/a/]])(
    "when it is %s, which is no string",
    (glob) => {
      expect(() => parseOrigins([glob as unknown as string])).toThrow(TypeError);
    },
  );

  test("by an error that says which one it is and what it must be", () => {
    expect(() => parseOrigins(["http://a", "http://*a"])).toThrow(
      /^allowedOrigins\[1] is "http:\/\/\*a", must be scheme:\/\/host\[:port], where \* is /,
    );
  });

  test("by an error without the secrets that it may hold", () => {
    const glob = "http://user:hunter2@h/a?token=secret";
    expect(() => parseOrigins([glob])).toThrow('"…@h/a?…"');
  });
});

describe("the same origin is", () => {
  test.each([
    ["http://h", "h", false],
    ["https://h", "h", true],
    ["HTTP://H", "h", false],
    ["http://h", "H", false],
    ["http://h", "h:80", false],
    ["https://h", "h:443", true],
    ["http://h", "h:", false],
    ["http://h:443", "h:443", false],
    ["https://h:80", "h:80", true],
    ["http://h:8080", "h:8080", false],
    ["http://[::1]:8080", "[::1]:8080", false],
    ["http://[::80]", "[::80]", false],
    ["http://h.", "h.", false],
    ["http://xn--bcher-kva.example", "xn--bcher-kva.example", false],
  ])("%s for Host %s, secure: %s", (origin, host, isSecure) => {
    expect(isSameOrigin(origin, host, isSecure)).toBe(true);
  });
});

describe("the same origin is not", () => {
  test.each([
    ["http://h", "h", true],
    ["https://h", "h", false],
    ["ws://h", "h", false],
    ["app://h", "h", false],
    ["http://h", "g", false],
    ["http://h", "h.", false],
    ["http://h.", "h", false],
    ["http://h", "h:443", false],
    ["http://h:443", "h:443", true],
    ["http://h:80", "h:80", false],
    ["http://a.h", "h", false],
    ["http://h", "a.h", false],
    ["http://h/", "h", false],
    ["http://u@h", "h", false],
    ["http://u@h", "u@h", false],
    ["http://h", "u@h", false],
    ["http://h", "h/", false],
    ["http://h", "h?", false],
    ["http://h", "h, g", false],
    ["http://h, http://h", "h", false],
    ["http://ä", "ä", false],
    ["http://127.0.0.1", "127.1", false],
    ["http://127.0.0.1", "127.0.0.1.", false],
    ["null", "null", false],
    ["null", "", false],
    ["", "", false],
    ["http://", "", false],
  ])("%j for Host %j, secure: %s", (origin, host, isSecure) => {
    expect(isSameOrigin(origin, host, isSecure)).toBe(false);
  });
});
