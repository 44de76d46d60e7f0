/** Options that are wrong: every way to a socket refuses them at once, before anything is dialled. */

import { beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { SocketError, WebSocket, type WebSocketOptions } from "../../src/index.ts";
import { startSilentServer } from "../support/listening.ts";
import { closed, nextMessage, opened, thrown } from "../support/sockets.ts";

const server = inject("server");

const WRONG: readonly [what: string, options: unknown, code: string, words: RegExp][] = [
  ["an unknown option", { timeout: 5 }, "ERR_UNSUPPORTED", /no option "timeout"/],
  ["an option of ws", { perMessageDeflate: true }, "ERR_UNSUPPORTED", /perMessageDeflate/],
  ["a name of Object.prototype", { toString: 1 }, "ERR_UNSUPPORTED", /toString/],
  ["headers", { headers: "a: b" }, "ERR_INVALID_OPTION", /headers/],
  ["a handshake field", { headers: { Upgrade: "x" } }, "ERR_INVALID_OPTION", /"Upgrade"/],
  ["a line break", { headers: { a: "b\r\nc: d" } }, "ERR_INVALID_OPTION", /headers/],
  [
    "compression",
    { compression: 3 },
    "ERR_INVALID_OPTION",
    /compression is 3, must be .*0, 1 or 2/,
  ],
  [
    "readLimit",
    { readLimit: -1 },
    "ERR_INVALID_OPTION",
    /readLimit is -1, must be .*0\.\.134217728/,
  ],
  ["dialTimeout", { dialTimeout: "soon" }, "ERR_INVALID_OPTION", /dialTimeout is "soon"/],
  [
    "followRedirects",
    { followRedirects: 21 },
    "ERR_INVALID_OPTION",
    /followRedirects is 21.*0\.\.20/,
  ],
  ["agent", { agent: "proxy" }, "ERR_INVALID_OPTION", /agent/],
  ["tls", { tls: true }, "ERR_INVALID_OPTION", /tls/],
  ["a tls setting", { tls: { host: "h" } }, "ERR_INVALID_OPTION", /"host"/],
  ["signal", { signal: {} }, "ERR_INVALID_OPTION", /signal/],
];

describe.each(WRONG)("%s", (_what, options, code, words) => {
  const given = options as WebSocketOptions;

  test.each([
    ["the constructor", () => new WebSocket(`${server}/echo`, null, given)],
    ["make", () => WebSocket.make(given)],
  ])("is refused by %s, which throws", (_way, act) => {
    const error = thrown(act);
    expect(error).toBeInstanceOf(SocketError);
    expect(error).toMatchObject({ kind: "INVALID", code, retryable: false });
    expect(error).toHaveProperty("message", expect.stringMatching(words));
  });
});

describe("what is refused", () => {
  test("is never dialled", async () => {
    const silent = await startSilentServer();
    for (const [, options] of WRONG) {
      thrown(() => new WebSocket(`ws://${silent.host}/`, null, options as WebSocketOptions));
    }
    // A good one after them: were one of them dialled, it would have arrived before.
    const socket = new WebSocket(`ws://${silent.host}/`);
    await silent.spokenTo;
    expect(silent.connections()).toBe(1);
    await closed(socket.close());
  });

  test("is refused before the URL is looked at", () => {
    const options = { readLimit: -1 };
    expect(thrown(() => new WebSocket("not a url", null, options))).toMatchObject({
      kind: "INVALID",
    });
  });

  test("is not shown where it may be a secret", () => {
    const secrets: unknown[] = [
      { headers: { Authorization: "Bearer hunter2\r\n" } },
      { headers: { Authorization: ["Bearer hunter2", "hunter2\0"] } },
      { headers: { "Sec-WebSocket-Protocol": "hunter2" } },
      { headers: "Authorization: hunter2" },
      { tls: "hunter2" },
      { tls: { key: "hunter2", passprase: "hunter2" } },
      { agent: "http://user:hunter2@proxy.test" },
    ];
    for (const options of secrets) {
      const error = thrown(() => WebSocket.make(options as WebSocketOptions));
      if (!(error instanceof SocketError)) throw error;
      expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain("hunter2");
    }
  });
});

describe("what is right", () => {
  let signal: AbortSignal;

  beforeAll(() => {
    signal = new AbortController().signal;
  });

  test.each([[null], ["headers"], [5], [true]])(
    "%j instead of options is ignored, as Web IDL ignores a stray argument",
    async (stray) => {
      const options: unknown = stray;
      const socket = new WebSocket(`${server}/echo`, null, options as WebSocketOptions);
      await opened(socket);
      await closed(socket.close());
    },
  );

  test("undefined counts as not given, for each option", async () => {
    const options = Object.fromEntries(
      ["headers", "compression", "readLimit", "dialTimeout", "agent", "tls"].map((name) => [
        name,
        undefined,
      ]),
    );
    const socket = new WebSocket(`${server}/echo`, null, {
      ...options,
      followRedirects: undefined,
      signal: undefined,
    });
    await opened(socket);
    await closed(socket.close());
  });

  test("all of them at once, on a socket of make", async () => {
    const socket = WebSocket.make({
      headers: { a: "b" },
      compression: 1,
      readLimit: 134_217_728,
      dialTimeout: "1h",
      followRedirects: 20,
      signal,
    });
    onTestFinished(() => {
      socket.close();
    });
    const told = nextMessage(socket.open(`${server}/request`));
    expect(JSON.parse(`${await told}`).headers.a).toBe("b");
    await closed(socket.close());
  });
});
