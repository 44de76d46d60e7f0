/** Options in a page, where none can be honoured: each is refused at once, none is dropped silently. */

import { describe, expect, inject, test } from "vitest";
import { SocketError, WebSocket, type WebSocketOptions } from "../../src/index.ts";
import { closed, opened, thrown } from "../support/sockets.ts";

const server = inject("server");

const OPTIONS: Required<WebSocketOptions> = {
  headers: { a: "b" },
  compression: 0,
  framing: "own",
  compressionThreshold: 0,
  compressionLevel: 1,
  readLimit: 1_000,
  dialTimeout: "5s",
  agent: {},
  tls: {},
  followRedirects: 0,
  signal: new AbortController().signal,
};

describe.each(Object.entries(OPTIONS))("%s", (option, value) => {
  test.each([
    ["the constructor", (options: object) => new WebSocket(`${server}/echo`, null, options)],
    ["make", (options: object) => WebSocket.make(options)],
  ])("is refused by %s", (_way, act) => {
    const error = thrown(() => act({ [option]: value }));
    expect(error).toBeInstanceOf(SocketError);
    expect(error).toMatchObject({ kind: "INVALID", code: "ERR_UNSUPPORTED", retryable: false });
    expect(error).toHaveProperty("message", expect.stringContaining(`"${option}"`));
  });
});

describe("other options", () => {
  test("one that there is nowhere is refused alike", () => {
    const options: object = { timeout: 5 };
    expect(thrown(() => WebSocket.make(options))).toMatchObject({ code: "ERR_UNSUPPORTED" });
  });

  test("undefined counts as not given, so that a page can share code with Node", async () => {
    const options = { headers: undefined, signal: undefined };
    const socket = new WebSocket(`${server}/echo`, null, options);
    await opened(socket);
    await closed(socket.close());
  });

  test("no error shows the value", () => {
    const headers = { Authorization: "hunter2" };
    const error = thrown(() => WebSocket.make({ headers }));
    if (!(error instanceof SocketError)) throw error;
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain("hunter2");
  });

  test("what is no object is ignored, as Web IDL ignores a stray argument", async () => {
    for (const stray of [null, 5, "headers"]) {
      const options: unknown = stray;
      const socket = new WebSocket(`${server}/echo`, null, options as WebSocketOptions);
      await opened(socket);
      await closed(socket.close());
    }
  });
});
