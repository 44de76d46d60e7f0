import { Agent } from "node:http";
import { describe, expect, test } from "vitest";
import type { WebSocketOptions } from "../../src/adapter/adapter.ts";
import { lookupPublic } from "../../src/adapter/private-networks.ts";
import {
  checkOptions,
  dialTimeoutOf,
  isRequestOwn,
  toWsOptions,
} from "../../src/adapter/ws-options.ts";
import { compressionThresholdOf, readLimitOf } from "../../src/adapter/ws-settings.ts";
import { Compression } from "../../src/constants.ts";
import { SocketError } from "../../src/errors.ts";

const check = (options: unknown): void => checkOptions(options as WebSocketOptions);

/** Expects the refusal of an option, by a message that names it. */
function expectRefused(options: Record<string, unknown>): SocketError {
  const [option] = Object.keys(options);
  try {
    check(options);
  } catch (error) {
    expect(error).toBeInstanceOf(SocketError);
    expect(error).toMatchObject({
      kind: "INVALID",
      code: "ERR_INVALID_OPTION",
      details: { option },
    });
    if (error instanceof SocketError) {
      expect(error.message).toMatch(new RegExp(`^WebSocket: ${option} is .+, must be .+`));
      return error;
    }
  }
  throw new Error("nothing was thrown");
}

describe("headers", () => {
  test.each([
    {},
    { a: "b" },
    { a: "" },
    { a: ["b", "c"], "X-_.!#$%&'*+^`|~9": "x" },
    { Host: "h", Origin: "o", "User-Agent": "u", Authorization: "Basic x" },
    { tab: "a\tb", latin: "\u00e9\u00ff" },
    Object.assign(Object.create(null), { a: "b" }),
  ])("%j are fine", (headers) => {
    expect(() => check({ headers })).not.toThrow();
  });

  test.each([
    "Upgrade",
    "connection",
    "SEC-WEBSOCKET-KEY",
    "Sec-WebSocket-Version",
    "sec-websocket-protocol",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Anything",
  ])("%s is the handshake's own", (name) => {
    expect(expectRefused({ headers: { [name]: "x" } }).message).toContain(`"${name}"`);
  });

  test.each(["", " ", "a b", "a:", "a\r\nb", "a\0", "(a)", "\u00e9", "a\t"])(
    "the name %j is no token",
    (name) => {
      const { message } = expectRefused({ headers: { [name]: "x" } });
      expect(message).toContain(JSON.stringify(name));
    },
  );

  test.each(["\r", "\n", "a\r\nb: c", "\0", "\x1f", "\x7f", "\u0100", "\u2028"])(
    "the value %j is not what a field may hold, alone or in an array",
    (value) => {
      for (const headers of [{ a: `secret${value}` }, { a: ["fine", `secret${value}`] }]) {
        const { message } = expectRefused({ headers });
        expect(message).toContain('"a"');
        expect(message).not.toContain("secret");
      }
    },
  );

  test.each([[5], [null], [undefined], [true], [{}], [[5]], [[["a"]]], [[undefined]]])(
    "the value %j is no string",
    (value) => {
      expectRefused({ headers: { a: value } });
    },
  );

  test.each([
    ["a string", "a: b"],
    ["null", null],
    ["a number", 5],
    ["an array of pairs", [["a", "b"]]],
    ["a Map, whose fields would be dropped", new Map([["a", "b"]])],
    ["a Headers, whose fields would be dropped", new Headers({ a: "b" })],
  ])("as %s are refused", (_what, headers) => {
    expectRefused({ headers });
  });

  test("a field in two spellings is refused, since one of them would be dropped", () => {
    expectRefused({ headers: { "X-Twice": "1", "x-twice": "2" } });
  });
});

describe("compression", () => {
  test.each([0, 1, 2])("%i is fine", (compression) => {
    expect(() => check({ compression })).not.toThrow();
  });
  test.each([-1, 3, 0.5, Number.NaN, "1", true, null])("%j is refused", (compression) => {
    expectRefused({ compression });
  });
});

describe.each([
  ["readLimit", 128 * 1024 * 1024],
  ["compressionThreshold", 100 * 1024 * 1024],
  ["compressionLevel", 9],
  ["followRedirects", 20],
])("%s", (option, max) => {
  test.each([0, 1, max])("%i is fine", (value) => {
    expect(() => check({ [option]: value })).not.toThrow();
  });
  test.each([
    -1,
    max + 1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "1",
    1n,
    null,
    true,
    [1],
    Symbol("x"),
  ])("%s is refused, and the range is said", (value) => {
    expect(expectRefused({ [option]: value }).message).toContain(`0..${max}`);
  });
});

describe("the threshold of compression", () => {
  test.each([
    [Compression.DISABLED, Number.POSITIVE_INFINITY],
    [Compression.CONTEXT_TAKEOVER, 128],
    [Compression.NO_CONTEXT, 512],
  ])("is by default that of the mode: %i has %s", (compression, threshold) => {
    expect(compressionThresholdOf({ compression })).toBe(threshold);
  });

  test("is the one given, 0 too", () => {
    for (const compressionThreshold of [0, 5]) {
      const options = { compression: Compression.NO_CONTEXT, compressionThreshold };
      expect(compressionThresholdOf(options)).toBe(compressionThreshold);
    }
  });
});

describe("dialTimeout", () => {
  test.each([0, 1, 1.5, Number.POSITIVE_INFINITY, "0", "0s", "250ms", "1m30s", "1.5h"])(
    "%s is fine",
    (dialTimeout) => {
      expect(() => check({ dialTimeout })).not.toThrow();
    },
  );
  test.each([-1, Number.NaN, Number.NEGATIVE_INFINITY, "", "5", "5 s", "-5s", "s", "1d", "1e3ms"])(
    "%s is refused",
    (dialTimeout) => {
      expectRefused({ dialTimeout });
    },
  );
  test.each([[null], [true], [{}], [[5]], [5n], [new Date()], [Symbol("x")]])(
    "%s is refused",
    (dialTimeout) => {
      expectRefused({ dialTimeout });
    },
  );
  test("is 10 s when it is not given", () => {
    expect([dialTimeoutOf({}), dialTimeoutOf({ dialTimeout: "2s" })]).toEqual([10_000, 2_000]);
  });
});

describe("agent", () => {
  test("an http.Agent, or what works as one, is fine", () => {
    for (const agent of [new Agent(), { addRequest() {} }]) {
      expect(() => check({ agent })).not.toThrow();
    }
  });
  test.each([[null], [true], [false], ["http://proxy.test"], [() => {}], [{}], [[]]])(
    "%j is refused",
    (agent) => {
      expectRefused({ agent });
    },
  );
});

describe("tls", () => {
  test.each([
    {},
    { ca: "x" },
    { ca: ["x", new Uint8Array(1)], cert: "c", key: new Uint8Array(1) },
    { pfx: new Uint8Array(1), passphrase: "p" },
    { servername: "h", ciphers: "x", minVersion: "TLSv1.2", maxVersion: "TLSv1.3" },
    { rejectUnauthorized: false, checkServerIdentity: () => undefined },
    { ca: undefined, rejectUnauthorized: undefined },
  ])("%j is fine", (tls) => {
    expect(() => check({ tls })).not.toThrow();
  });

  test.each(["host", "port", "secureContext", "ALPNProtocols", "rejectUnauthorised", "toString"])(
    "the setting %s is refused",
    (name) => {
      expect(expectRefused({ tls: { [name]: "secret" } }).message).toContain(`"${name}"`);
    },
  );

  test.each([[null], [true], ["ca"], [5]])("%j is refused", (tls) => {
    expectRefused({ tls });
  });

  test.each([
    // Thrown by Node after it has started to connect, this one would end the process.
    ["servername", 5],
    ["ca", 5],
    ["cert", {}],
    ["key", 5],
    ["pfx", true],
    ["passphrase", 5],
    ["ciphers", 5],
    ["minVersion", "TLSv9"],
    ["maxVersion", 1.2],
    ["rejectUnauthorized", "false"],
    ["rejectUnauthorized", 0],
    ["checkServerIdentity", "no function"],
  ])("%s: %j is of the wrong type", (name, value) => {
    expect(expectRefused({ tls: { [name]: value } }).message).toContain(name);
  });
});

describe("signal", () => {
  test("an AbortSignal is fine, aborted or not", () => {
    for (const signal of [AbortSignal.abort(), new AbortController().signal]) {
      expect(() => check({ signal })).not.toThrow();
    }
  });
  test.each([[null], [{}], [new AbortController()], [new EventTarget()], [true]])(
    "%s is refused",
    (signal) => {
      expectRefused({ signal });
    },
  );
});

describe("other options", () => {
  test.each(["timeout", "Headers", "readTimeout", "__proto", "constructor", "perMessageDeflate"])(
    "%s is no option",
    (option) => {
      expect(() => check({ [option]: 1 })).toThrow(
        expect.objectContaining({
          kind: "INVALID",
          code: "ERR_UNSUPPORTED",
          details: { option },
        }),
      );
    },
  );

  test("that are undefined count as not given", () => {
    expect(() => check({ headers: undefined, timeout: undefined })).not.toThrow();
  });
});

test.runIf(process.platform !== "win32").each([
  [{ framing: "own" }, true],
  [{ framing: "own", agent: new Agent() }, true],
  [{ framing: "own", compression: Compression.DISABLED }, true],
  [{ framing: "own", compression: Compression.NO_CONTEXT }, false],
  [{ framing: "own", compression: Compression.CONTEXT_TAKEOVER }, false],
  [{ framing: "ws" }, false],
  [{ framing: "ws", agent: new Agent() }, false],
] as const)("of %j: whether the handshake is a request of our own, %s", (options, isOwn) => {
  expect(isRequestOwn(options)).toBe(isOwn);
});

describe("what ws is told", () => {
  const plain = new URL("ws://host.test/");
  const secure = new URL("wss://host.test/");

  test("without options: no compression, 16 MiB, 5 s to close", () => {
    expect(toWsOptions({}, plain)).toMatchObject({
      perMessageDeflate: false,
      maxPayload: 16 * 1024 * 1024,
      closeTimeout: 5_000,
      headers: undefined,
      agent: undefined,
    });
    expect(readLimitOf({})).toBe(16 * 1024 * 1024);
  });

  test("an agent opens the connection itself", () => {
    const agent = new Agent();
    expect(toWsOptions({ agent }, plain)).toHaveProperty("agent", agent);
  });

  test("connections are opened by our own functions; with frames of ws those over TLS are its own", () => {
    const way = { createConnection: expect.any(Function) };
    expect(toWsOptions({ framing: "own" }, plain)).toMatchObject(way);
    expect(toWsOptions({ framing: "own" }, secure)).toMatchObject(way);
    expect(toWsOptions({ framing: "ws" }, plain)).toMatchObject(way);
    expect(toWsOptions({ framing: "ws" }, secure)).toHaveProperty("createConnection", undefined);
  });

  test.each(["own", "ws"] as const)(
    "where private networks are denied, the address is checked with frames of %s",
    (framing) => {
      const settings = toWsOptions({ framing }, plain, true);
      const connect: unknown = Reflect.get(settings, "createConnection");
      const act = (): unknown =>
        Reflect.apply(Object(connect), null, [{ host: "10.0.0.1", port: 1 }]);
      expect(act).toThrow(expect.objectContaining({ code: "ERR_PRIVATE_NETWORK" }));
      const overTls = toWsOptions({ framing, tls: { ca: "x" } }, secure, true);
      expect(overTls).toMatchObject({ lookup: lookupPublic });
    },
  );

  test.each([plain, secure])(
    "where private networks are denied, no agent connects to %s",
    (url) => {
      const act = (): object => toWsOptions({ agent: new Agent() }, url, true);
      const error = { kind: "INVALID", code: "ERR_UNSUPPORTED", details: { option: "agent" } };
      expect(act).toThrow(expect.objectContaining(error));
    },
  );

  test("tls settings can't reach its other options", () => {
    const tls = { ca: "x", rejectUnauthorized: false };
    expect(toWsOptions({ tls, readLimit: 5 }, secure)).toMatchObject({ ...tls, maxPayload: 5 });
  });
});
