/** Handshakes that fail, over real sockets: each ends in one error that says why, and one close. */

import { Agent } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { describe, expect, inject, test } from "vitest";
import { Compression } from "../../src/index.ts";
import { failureOf } from "../support/failure.ts";

const server = inject("server");
const host = new URL(server).host;
const ABNORMAL = { code: 1006, reason: "", wasClean: false };

/** A TCP server that does with each connection as it is told. */
async function tcpServer(
  serve: (socket: Socket) => void,
): Promise<{ url: string; server: Server }> {
  const tcp = createServer(serve);
  await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
  return { url: `ws://127.0.0.1:${(tcp.address() as AddressInfo).port}`, server: tcp };
}

describe("answers that are no upgrade", () => {
  test.each([
    [200, "OK", false],
    [301, "Moved Permanently", false],
    [401, "Unauthorized", false],
    [403, "Forbidden", false],
    [408, "Request Timeout", true],
    [425, "Too Early", true],
    [426, "Upgrade Required", false],
    [429, "Too Many Requests", true],
    [500, "Internal Server Error", true],
    [503, "Service Unavailable", true],
  ])("%i %s: says the status and the start of the body", async (status, text, retryable) => {
    const path = `/status?code=${status}&text=${encodeURIComponent(text)}&body=because`;
    const { error, info } = await failureOf(server + path);
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_HANDSHAKE_STATUS", retryable });
    expect(error.details).toMatchObject({ status, statusText: text, body: "because" });
    expect(error.message).toBe(
      `WebSocket ws://${host}/status: handshake refused: ${status} ${text}`,
    );
    expect(info).toEqual(ABNORMAL);
  });

  test("a redirect that is not followed says where it leads, without the query", async () => {
    const field = encodeURIComponent("Location: ws://other.test/chat?token=secret");
    const { error } = await failureOf(`${server}/status?code=302&text=Found&field=${field}`);
    expect(error.message).toMatch(/302 Found, redirecting to ws:\/\/other\.test\/chat$/);
    expect(error.details).toMatchObject({
      status: 302,
      location: expect.stringContaining("other.test"),
    });
  });

  test("of a body without an end only the start is read", async () => {
    const { error } = await failureOf(`${server}/endless-body`);
    expect(error.details).toMatchObject({ status: 503, body: "x".repeat(512) });
  });

  test("of what the server says only the start is shown, and nothing that moves a cursor", async () => {
    const text = encodeURIComponent(`\x1b[2J${"x".repeat(200)}`);
    const field = encodeURIComponent(`Location: /${"y".repeat(3_000)}`);
    const { error } = await failureOf(`${server}/status?code=302&text=${text}&field=${field}`);
    const [, line = "", target = ""] =
      /refused: 302 (.*), redirecting to (.*)$/.exec(error.message) ?? [];
    expect([line, target]).toEqual([`\\u001b[2J${"x".repeat(96)}`, `/${"y".repeat(99)}`]);
    expect(error.details).toMatchObject({ statusText: `\x1b[2J${"x".repeat(200)}` });
  });

  test("a path that nobody serves is 404, not worth another try", async () => {
    const { error } = await failureOf(`${server}/nowhere`);
    expect(error).toMatchObject({ code: "ERR_HANDSHAKE_STATUS", retryable: false });
    expect(error.details).toMatchObject({ status: 404, body: "not found" });
  });
});

// With compression the class of ws does the handshake; without it, and with frames of our own, a request of our own.
describe.each([
  ["nothing", {}],
  ["compression", { compression: Compression.CONTEXT_TAKEOVER }],
])("answers that make no sense, to one who offers %s", (_what, options) => {
  test.each([
    ["/bad-accept", /Sec-WebSocket-Accept/],
    ["/no-upgrade", /Upgrade/],
    ["/garbage", /Parse Error|HPE_/],
    ["/half-answer", /socket hang up|Parse Error|HPE_/],
    ["/hang-up", /socket hang up/],
    ["/extension", /extension/i],
  ])("%s", async (path, reason) => {
    const { error, info } = await failureOf(server + path, options);
    expect(error).toMatchObject({ kind: "INTERNAL", retryable: true });
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(`WebSocket ws://${host}${path}: connection failed: `);
    expect(info).toEqual(ABNORMAL);
  });

  test("a subprotocol that was not asked for", async () => {
    const { error } = await failureOf(`${server}/protocol?name=surprise`, options);
    expect(error.message).toMatch(/subprotocol/);
  });

  test("another subprotocol than those asked for", async () => {
    const { error } = await failureOf(`${server}/protocol?name=surprise`, options, ["chat"]);
    expect(error.message).toMatch(/subprotocol/);
  });

  test("no subprotocol although some were asked for", async () => {
    const { error } = await failureOf(`${server}/frames?hex=&hold`, options, ["chat"]);
    expect(error.message).toMatch(/subprotocol/);
  });
});

describe("connections that don't come about", () => {
  test("nobody listens: ECONNREFUSED", async () => {
    const { url, server: tcp } = await tcpServer(() => {});
    await new Promise((resolve) => tcp.close(resolve));
    const { error, info } = await failureOf(`${url}/chat`);
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ECONNREFUSED", retryable: true });
    expect(error.message).toMatch(
      /^WebSocket ws:\/\/127\.0\.0\.1:\d+\/chat: connection failed: .*ECONNREFUSED/,
    );
    expect(info).toEqual(ABNORMAL);
  });

  test("a name with several addresses, none of which answers, still says ECONNREFUSED", async () => {
    const { url, server: tcp } = await tcpServer(() => {});
    await new Promise((resolve) => tcp.close(resolve));
    const { error } = await failureOf(url.replace("127.0.0.1", "localhost"));
    expect(error.code).toBe("ECONNREFUSED");
    expect(error.message).toContain("ECONNREFUSED");
  });

  test("a name that does not resolve", async () => {
    const lookup: LookupFunction = (name, _options, done) => {
      done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" }), "");
    };
    const { error } = await failureOf("ws://name.invalid/", { agent: new Agent({ lookup }) });
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ENOTFOUND" });
    expect(error.message).toMatch(/name\.invalid/);
  });

  test("TCP is accepted and nothing said: dialTimeout", async () => {
    const { error, info } = await failureOf(`${server}/silent`, { dialTimeout: "50ms" });
    expect(error).toMatchObject({ kind: "TIMEOUT", code: "ERR_DIAL_TIMEOUT", retryable: true });
    expect(error.message).toBe(`WebSocket ws://${host}/silent: not open after dialTimeout, 50 ms`);
    expect(info).toEqual(ABNORMAL);
  });

  test("a server that drips its answer does not outlast dialTimeout", async () => {
    const { url, server: tcp } = await tcpServer((socket) => {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 101 Switching Protocols\r\nX-Drip: ");
      const drip = setInterval(() => socket.write("a"), 5);
      socket.on("close", () => clearInterval(drip));
    });
    const { error } = await failureOf(url, { dialTimeout: 40 });
    expect(error.code).toBe("ERR_DIAL_TIMEOUT");
    tcp.close();
  });
});

describe("credentials in the URL", () => {
  test("no error shows them, nor the query", async () => {
    const url = `ws://user:hunter2@${host}/status?code=401&text=Unauthorized&token=secret`;
    const { error } = await failureOf(url);
    const shown = `${error.message} ${error.stack} ${JSON.stringify(error)}`;
    expect(shown).not.toMatch(/hunter2|secret/);
    expect(error.message).toContain("401 Unauthorized");
  });
});
