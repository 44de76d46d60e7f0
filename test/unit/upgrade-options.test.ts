import { describe, expect, test } from "vitest";
import { Compression, SocketError } from "../../src/index.ts";
import { checkOptions } from "../../src/server/option-checks.ts";
import {
  readUpgradeOptions,
  UPGRADE_CHECKS,
  type UpgradeOptions,
} from "../../src/server/upgrade-options.ts";

const MIB = 1024 * 1024;
const check = (options: unknown): void => checkOptions("upgrade", Object(options), UPGRADE_CHECKS);

/** Values that each option takes, and that it does not. */
const VALUES: readonly [string, readonly unknown[], readonly unknown[]][] = [
  [
    "allowedOrigins",
    [null, [], ["http://example.*"], ["https://**.example.com:*"]],
    ["*", ["example.com"], [5], [null], ["http://a b"], {}],
  ],
  ["requireOrigin", [true, false], [0, "true", null]],
  [
    "protocols",
    [[], ["a", "b.c"], () => null],
    ["a", [""], ["a", "a"], ["a b"], [1], [Symbol("a")], {}, null],
  ],
  [
    "headers",
    [{}, { "x-a": "1", "set-cookie": ["a", "b"] }],
    [
      null,
      [],
      "x: y",
      { "x-a": 1 },
      { "x-a": "1\r\nb" },
      { "x a": "1" },
      { Upgrade: "x" },
      { Trailer: "x" },
    ],
  ],
  ["authenticate", [() => 401], [true, null, {}]],
  [
    "handshakeTimeout",
    [0, 1, "5s", "1m30s", Number.POSITIVE_INFINITY],
    [-1, "soon", "", null, Number.NaN],
  ],
  ["compression", Object.values(Compression), [3, -1, "1", true, null]],
  [
    "compressionThreshold",
    [0, 1, 100 * MIB],
    [-1, 1.5, 100 * MIB + 1, "1", Number.POSITIVE_INFINITY],
  ],
  ["compressionLevel", [0, 1, 9], [-1, 1.5, 10, "1", null]],
  ["framing", ["own", "ws"], ["", "raw", 1, null]],
  [
    "readLimit",
    [0, 1, 128 * MIB],
    [-1, 1.5, 128 * MIB + 1, "1", Number.POSITIVE_INFINITY, Number.NaN],
  ],
  ["maxUnsent", [0, 1, Number.POSITIVE_INFINITY], [-1, 1.5, "1", Number.NaN]],
  [
    "trustProxy",
    [true, false, 0, 2, "loopback", "10.0.0.0/8", ["::1", "uniquelocal"], () => true],
    [-1, 1.5, "1", "proxy", ["10.0.0.0/99"], null],
  ],
];

test("each option is checked, and each check has values here", () => {
  expect(VALUES.map(([option]) => option).sort()).toEqual(Object.keys(UPGRADE_CHECKS).sort());
});

describe.each(VALUES)("%s", (option, right, wrong) => {
  test.each(right.map((value) => [value]))("takes %j", (value) => {
    expect(() => check({ [option]: value })).not.toThrow();
  });

  test.each(wrong.map((value) => [value]))("refuses %j, and names itself", (value) => {
    const refusal = expect.objectContaining({
      kind: "INVALID",
      code: "ERR_INVALID_OPTION",
      details: { options: [option] },
      message: expect.stringMatching(new RegExp(`^upgrade: .*${option}`)),
    });
    expect(() => check({ [option]: value })).toThrow(refusal);
  });

  test("undefined counts as not given", () => {
    expect(() => check({ [option]: undefined })).not.toThrow();
  });
});

describe("all of them", () => {
  test("every wrong option is in one error, in the order in which they were given", () => {
    const wrong = { readLimit: -1, compression: 9, protocols: "a", maxUnsent: 5, requireOrigin: 1 };
    const names = ["readLimit", "compression", "protocols", "requireOrigin"];
    try {
      check(wrong);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SocketError);
      expect(error).toMatchObject({ details: { options: names } });
      const parts = error instanceof SocketError ? error.message.split("; ") : [];
      expect(parts.map((part) => names.find((name) => part.includes(name)))).toEqual(names);
    }
  });

  test("one that does not exist is wrong, also one that every object has", () => {
    for (const name of ["readlimit", "toString", "constructor"]) {
      expect(() => check({ [name]: 1 })).toThrow(`there is no option "${name}"`);
    }
  });

  test("inherited ones count", () => {
    expect(() => check(Object.create({ readLimit: -1 }))).toThrow("readLimit");
  });

  test("the values of header fields are not shown", () => {
    expect(() => check({ headers: { "x-token": "secret\r\n" } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("secret") }),
    );
  });
});

describe("read", () => {
  test("without options they are the safe ones", () => {
    expect(readUpgradeOptions({})).toMatchObject({
      handshakeTimeoutMs: 10_000,
      compression: Compression.DISABLED,
      readLimit: 16 * MIB,
      maxUnsent: MIB,
      authenticate: null,
      headers: {},
      origins: { isRequired: false },
    });
  });

  test("the server's order of subprotocols decides", () => {
    const { choose } = readUpgradeOptions({ protocols: ["b", "a"] } satisfies UpgradeOptions);
    expect(choose(["a", "b"], null as never)).toBe("b");
    expect(choose(["c"], null as never)).toBeUndefined();
  });
});
