import { describe, expect, test } from "vitest";
import { createPolicy } from "../../src/policy/policy.ts";

const ACTION = "websocket.connect.url";

/** Whether a policy that allows `pattern` alone allows `url`. */
function allows(pattern: string, url: string): boolean {
  const policy = createPolicy([{ effect: "allow", actions: "*", resources: pattern }]);
  return policy.evaluate({ action: ACTION, resource: url });
}

/** Whether a policy that denies `pattern` alone denies `url`. */
function denies(pattern: string, url: string): boolean {
  const policy = createPolicy([
    { effect: "allow", actions: "*", resources: "*" },
    { effect: "deny", actions: "*", resources: pattern },
  ]);
  return !policy.evaluate({ action: ACTION, resource: url });
}

describe("a pattern means, whether it allows or denies,", () => {
  test.each([
    ["*", "wss://anything.example:1/a?b"],
    ["wss://good.example", "wss://good.example"],
    ["wss://good.example", "wss://good.example/any/path?and=query"],
    ["wss://good.example", "WSS://GOOD.Example/"],
    ["wss://GOOD.example", "wss://good.example/"],
    ["wss://good.example", "wss://good.example./"],
    ["wss://good.example.", "wss://good.example/"],
    ["wss://good.example", "wss://good.example:443/"],
    ["wss://good.example:443", "wss://good.example/"],
    ["wss://good.example:00443", "wss://good.example/"],
    ["wss://good.example", "https://good.example/"],
    ["ws://good.example", "http://good.example:80/"],
    ["wss://good.example:*", "wss://good.example:8443/"],
    ["*://good.example", "ws://good.example:80/"],
    ["*://good.example", "wss://good.example:443/"],
    ["*://good.example:443", "ws://good.example:443/"],
    ["*://good.example:443", "wss://good.example/"],
    ["wss://good.example", "wss://user:word@good.example/"],
    ["wss://good.example", "wss://evil.test@good.example/"],
    ["wss://good.example", "wss://g%6fod%2Eexample/"],
    ["wss://good.example", "wss://good。example/"],
    ["wss://good.example", "wss://ｇｏｏｄ.example/"],
    ["wss://bücher.example", "wss://xn--bcher-kva.example/"],
    ["wss://xn--bcher-kva.example", "wss://BÜCHER.example/"],
    ["wss://*.bücher.example", "wss://a.xn--bcher-kva.example/"],
    ["wss://[::1]", "wss://[0:0:0:0:0:0:0:1]:443/"],
    ["wss://[0::0001]", "wss://[::1]/"],
    ["wss://127.0.0.1", "wss://127.1/"],
    ["wss://127.0.0.1", "wss://0x7f.1./"],
    ["wss://2130706433", "wss://127.0.0.1/"],
    ["wss://*.example", "wss://good.example/"],
    ["wss://**.example", "wss://good.example/"],
    ["wss://**.example", "wss://a.b.c.example/"],
    ["wss://**:*", "wss://[::1]:1/"],
    ["wss://10.*.*.*", "wss://10.1.2.3/"],
    ["wss://h/", "wss://h"],
    ["wss://h/chat", "wss://h/chat?room=1"],
    ["wss://h/chat", "wss://h/a/../chat"],
    ["wss://h/chat", "wss://h/a/%2e%2E/chat"],
    ["wss://h/chat", "wss://h/a/..\\chat"],
    ["wss://h/chat", "wss://h/%63h%61t"],
    ["wss://h/a b", "wss://h/a%20b"],
    ["wss://h/ü", "wss://h/%c3%bc"],
    ["wss://h/it's", "wss://h/it%27s"],
    ["wss://h/rooms/*", "wss://h/rooms/1"],
    ["wss://h/rooms/*", "wss://h/rooms/"],
    ["wss://h/rooms/*/log", "wss://h/rooms/1/log"],
    ["wss://h/v*/chat", "wss://h/v2/chat"],
    ["wss://h/rooms/**", "wss://h/rooms/1/log"],
    ["wss://h/**/log", "wss://h/a/b/log"],
    ["wss://h/a.c", "wss://h/a.c"],
  ])("with %s: %s", (pattern, url) => {
    expect({ allows: allows(pattern, url), denies: denies(pattern, url) }).toEqual({
      allows: true,
      denies: true,
    });
  });
});

test.each([
  ["ws://good.example", "ws://good.example:443/"],
  ["wss://good.example", "wss://good.example:8443/"],
  ["*://good.example", "ws://good.example:443/"],
  ["*://**/admin", "ws://127.0.0.1:8080/admin"],
])("without a port an allow means the scheme's own, a deny all: %s, %s", (pattern, url) => {
  expect({ allows: allows(pattern, url), denies: denies(pattern, url) }).toEqual({
    allows: false,
    denies: true,
  });
});

describe("a pattern does not mean, whether it allows or denies,", () => {
  test.each([
    ["wss://good.example", "ws://good.example/"],
    ["wss://good.example", "http://good.example/"],
    ["wss://good.example:443", "wss://good.example:444/"],
    ["wss://good.example", "wss://good.example@evil.test/"],
    ["wss://good.example", "wss://good.example:443@evil.test/"],
    ["wss://good.example", "wss://good.example%40@evil.test/"],
    ["wss://good.example", "wss://evil.test/good.example"],
    ["wss://good.example", "wss://evil.test\\@good.example/"],
    ["wss://good.example", "wss://evil.test/wss://good.example/"],
    ["wss://good.example", "wss://evil.test?wss://good.example/"],
    ["wss://good.example", "wss://good.example.evil.test/"],
    ["wss://good.example", "wss://evilgood.example/"],
    ["wss://good.example", "wss://a.good.example/"],
    ["wss://good.example", "wss://goodxexample/"],
    ["wss://*.example", "wss://example/"],
    ["wss://*.example", "wss://a.b.example/"],
    ["wss://*.example", "wss://evilexample/"],
    ["wss://**.example", "wss://example/"],
    ["wss://**.example", "wss://evilexample/"],
    ["wss://**.example", "wss://a.example.evil.test/"],
    ["wss://**.example", "wss://evil.test/a.example"],
    ["wss://*", "wss://good.example/"],
    ["wss://*", "wss://[::1]/"],
    ["wss://[::1]", "wss://[::2]/"],
    ["wss://h/chat", "wss://h/Chat"],
    ["wss://h/chat", "wss://h/chat/"],
    ["wss://h/chat", "wss://h/chats"],
    ["wss://h/chat", "wss://h/?/chat"],
    ["wss://h/chat", "wss://h/chat/../admin"],
    ["wss://h/chat", "wss://h/%2563hat"],
    ["wss://h/", "wss://h/a"],
    ["wss://h/rooms/*", "wss://h/rooms"],
    ["wss://h/rooms/*", "wss://h/rooms/1/log"],
    ["wss://h/rooms/*", "wss://h/rooms/../admin"],
    ["wss://h/rooms/**", "wss://h/rooms/%2e%2e/admin"],
    ["wss://h/a.c", "wss://h/abc"],
  ])("with %s: %s", (pattern, url) => {
    expect({ allows: allows(pattern, url), denies: denies(pattern, url) }).toEqual({
      allows: false,
      denies: false,
    });
  });
});

describe("a path that servers read in two ways is denied where a path counts", () => {
  test.each([
    ["wss://h/rooms/**", "wss://h/rooms/..%2Fadmin"],
    ["wss://h/rooms/**", "wss://h/rooms/%2e%2e%2fadmin"],
    ["wss://h/rooms/*", "wss://h/rooms/a%5cb"],
    ["wss://h/admin", "wss://h//admin"],
    ["wss://h/admin", "wss://h/%ff"],
    ["wss://h/admin", "wss://h/100%"],
  ])("with %s: %s", (pattern, url) => {
    expect({ allows: allows(pattern, url), denies: denies(pattern, url) }).toEqual({
      allows: false,
      denies: true,
    });
  });

  test("and no other host is meant by that", () => {
    expect(denies("wss://h/admin", "wss://good.example//admin")).toBe(false);
  });
  test("and it does not count for a pattern without a path", () => {
    expect(allows("wss://h", "wss://h//a%2Fb")).toBe(true);
  });
});

test("a long URL does not keep a pattern with many stars busy", () => {
  // A RegExp of this pattern would take hours.
  expect(allows("wss://h/**/x/**/y/**/x/**/z", `wss://h${"/x/y".repeat(4000)}`)).toBe(false);
  expect(allows("wss://h/**/x/**/y/**/x/**/z", `wss://h${"/x/y".repeat(4000)}/z`)).toBe(true);
});

describe("a pattern is refused", () => {
  test.each([
    "",
    "good.example",
    "//good.example",
    "https://good.example",
    "w*://good.example",
    "WSS://good.example",
    "wss:good.example",
    "wss://",
    "wss:///path",
    "wss://*example",
    "wss://api-*.example",
    "wss://***.example",
    "wss://**example",
    "wss://good.**",
    "wss://a.**.example",
    "wss://user@good.example",
    "wss://good.example:",
    "wss://good.example:8*",
    "wss://good.example:65536",
    "wss://good.example/?query",
    "wss://good.example/#hash",
    "wss://good.example/%61",
    "wss://good%2eexample",
    "wss://good.example\\path",
    "wss://a b.example",
    "wss://[::1",
    "wss://[1.2.3.4]",
    "wss://::1",
    "wss://1.2.3.256",
    "wss://10.*.0.1",
  ])("when it is %j", (pattern) => {
    expect(() => allows(pattern, "wss://h")).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_POLICY" }),
    );
  });
});
