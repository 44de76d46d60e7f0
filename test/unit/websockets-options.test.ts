import { createServer } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSockets, type WebSocketsOptions } from "../../src/server/index.ts";
import { readWebSocketsOptions } from "../../src/server/websockets-options.ts";
import { rejected, thrown } from "../support/sockets.ts";

const INFINITY = Number.POSITIVE_INFINITY;
const COUNT: readonly [readonly unknown[], readonly unknown[]] = [
  [1, 1_000_000, INFINITY],
  [0, -1, 1.5, "5", null, Number.NaN],
];
const DURATION: readonly [readonly unknown[], readonly unknown[]] = [
  [0, 1, "30s", "1h", INFINITY],
  [-1, "30", "x", null, true, Number.NaN],
];

/** Values that each option takes, and that it does not; those of `upgrade` have a test of their own. */
const VALUES: readonly [string, readonly [readonly unknown[], readonly unknown[]]][] = [
  ["maxConnections", COUNT],
  ["maxConnectionsPerAddress", COUNT],
  ["upgradesPerSecond", COUNT],
  ["messagesPerSecond", COUNT],
  ["bytesPerSecond", COUNT],
  ["pingInterval", DURATION],
  ["pongTimeout", DURATION],
  ["readTimeout", DURATION],
  ["writeTimeout", DURATION],
  [
    "channelCapacity",
    [
      [1, 10_000],
      [0, 10_001, 1.5, "1", INFINITY],
    ],
  ],
  ["onError", [[() => {}], [null, "log", {}]]],
];

describe.each(VALUES)("%s", (option, [right, wrong]) => {
  test.each(right.map((value) => [value]))("takes %j", (value) => {
    expect(() => new WebSockets({ [option]: value })).not.toThrow();
  });

  test.each(wrong.map((value) => [value]))("refuses %j, and names itself", (value) => {
    expect(() => new WebSockets({ [option]: value })).toThrow(
      expect.objectContaining({
        kind: "INVALID",
        code: "ERR_INVALID_OPTION",
        details: { options: [option] },
        message: expect.stringMatching(new RegExp(`^WebSockets: ${option} is .+, must be .+`)),
      }),
    );
  });
});

describe("all of them", () => {
  test("every wrong option is in one error, those of upgrade too", () => {
    const wrong = { maxConnections: 0, readLimit: -1, pingInterval: "x", protocols: 5, port: 80 };
    const refusal = {
      message: expect.stringMatching(
        /^WebSockets: maxConnections is 0, .*; readLimit is -1, .*; pingInterval is "x", .*; protocols is 5, .*; there is no option "port"$/,
      ),
      details: { options: ["maxConnections", "readLimit", "pingInterval", "protocols", "port"] },
    };
    expect(() => new WebSockets(wrong as unknown as WebSocketsOptions)).toThrow(
      expect.objectContaining(refusal),
    );
  });

  test("commit is none of them", () => {
    expect(() => new WebSockets({ commit: false } as WebSocketsOptions)).toThrow("commit");
  });

  test.each([[null], [5], ["options"]])("%j are no options", (options) => {
    expect(() => new WebSockets(options as never)).toThrow(
      expect.objectContaining({ kind: "INVALID", code: "ERR_INVALID_OPTION" }),
    );
  });
});

describe("read", () => {
  test("without options the limits are the safe ones", () => {
    expect(readWebSocketsOptions({})).toMatchObject({
      maxConnections: 10_000,
      maxConnectionsPerAddress: 5_000,
      upgradesPerSecond: 1_000,
      messagesPerSecond: INFINITY,
      bytesPerSecond: INFINITY,
      readLimit: 16 * 1024 * 1024,
      pingIntervalMs: 30_000,
      pongTimeoutMs: 30_000,
      readTimeoutMs: 300_000,
    });
  });

  test("durations of 0 are no limit", () => {
    const options = { pingInterval: 0, pongTimeout: "0", readTimeout: "0s" };
    expect(readWebSocketsOptions(options)).toMatchObject({
      pingIntervalMs: INFINITY,
      pongTimeoutMs: INFINITY,
      readTimeoutMs: INFINITY,
    });
  });

  test("without onError the console is told", () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const error = new Error("inside");
    readWebSocketsOptions({}).onError(error, null);
    expect(log).toHaveBeenCalledWith(expect.any(String), error);
  });
});

describe("options of a call", () => {
  const sockets = new WebSockets();

  test.each([
    ["attach", () => sockets.attach(createServer(), { pathname: "/a" } as object)],
    ["shutdown", () => sockets.shutdown({ timeOut: 1 } as object)],
    ["shutdown", () => sockets.shutdown({ timeout: -1 })],
    ["send", () => sockets.to("room").send("text", { excpet: null } as object)],
    ["send", () => sockets.to("room").send("text", { overflow: "drop" } as object)],
  ])("%s refuses what it does not know, or a wrong value", (_name, act) => {
    expect(thrown(act)).toMatchObject({ kind: "INVALID", code: "ERR_INVALID_OPTION" });
  });

  test.each([
    { cert: "a", key: "b" } as object,
    { host: 5 } as object,
    { tls: {} } as object,
    { tls: { cert: "no certificate", key: "no key" } },
  ])("listen refuses %j", async (options) => {
    const error = await rejected(sockets.listen(0, options));
    expect(error).toMatchObject({ kind: "INVALID", code: "ERR_INVALID_OPTION" });
  });
});
