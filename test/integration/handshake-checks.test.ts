/** Handshake checks on real requests: what a raw client is answered, with Node's own parser in between. */

import { createServer } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkHandshake } from "../../src/server/handshake.ts";
import { type OriginOptions, parseOriginOptions } from "../../src/server/origin-check.ts";
import { answer } from "../../src/server/refusal.ts";
import { listen } from "../support/listening.ts";

const START = "GET /chat HTTP/1.1";
const FIELDS = {
  Host: "server.test",
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** A server that refuses what `checkHandshake` refuses, upgrade or not, and says "fine" to all else. */
async function startChecked(options: OriginOptions = {}): Promise<number> {
  const settings = { origins: parseOriginOptions(options), isSecure: false };
  const server = createServer();
  const check = (request: Parameters<typeof checkHandshake>[0], socket: Duplex): void => {
    const refusal = checkHandshake(request, settings);
    if (refusal === null) socket.end("fine");
    else answer(socket, refusal);
  };
  server.on("upgrade", check);
  server.on("request", (request) => check(request, request.socket));
  return listen(server);
}

/** Sends bytes, and resolves with all that comes back until the server ends. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = connect(port, "127.0.0.1", () => client.write(text, "latin1"));
    onTestFinished(() => void client.destroy());
    let received = "";
    client.setEncoding("latin1");
    client.on("data", (chunk) => {
      received += chunk;
    });
    client.on("error", reject);
    client.on("end", () => resolve(received));
  });
}

/** A request; a field that is null is left out, one that is an array is sent in several lines. */
function write(fields: Record<string, string | string[] | null> = {}, start = START): string {
  const lines = Object.entries({ ...FIELDS, ...fields }).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
  return [start, ...lines, "", ""].join("\r\n");
}

/** The whole of a refusal, to the letter. */
function refusal(status: string, more: readonly string[] = [], connection = "close"): string {
  const reason = status.replace(/^\d+ /, "");
  return [
    `HTTP/1.1 ${status}`,
    "Content-Type: text/plain; charset=utf-8",
    ...more,
    `Connection: ${connection}`,
    `Content-Length: ${reason.length}`,
    "",
    reason,
  ].join("\r\n");
}

const BAD_REQUEST = refusal("400 Bad Request");
const FORBIDDEN = refusal("403 Forbidden");
const NOT_GET = refusal("405 Method Not Allowed", ["Allow: GET"]);
const NO_WEBSOCKET = refusal("426 Upgrade Required", ["Upgrade: websocket"], "close, Upgrade");
const OTHER_VERSION = refusal(
  "426 Upgrade Required",
  ["Upgrade: websocket", "Sec-WebSocket-Version: 13"],
  "close, Upgrade",
);

describe("a raw client is answered", () => {
  test.each<[string, string, string]>([
    ["a good handshake", write(), "fine"],
    ["one of its own origin", write({ Origin: "http://server.test" }), "fine"],
    ["HTTP 1.0", write({}, "GET /chat HTTP/1.0"), BAD_REQUEST],
    ["POST", write({}, "POST /chat HTTP/1.1"), NOT_GET],
    ["no Host", write({ Host: null }), BAD_REQUEST],
    ["two Hosts", write({ Host: ["server.test", "evil.test"] }), BAD_REQUEST],
    ["an empty Host", write({ Host: "" }), BAD_REQUEST],
    ["a Host with user info", write({ Host: "server.test@evil.test" }), BAD_REQUEST],
    ["a Host that is no ASCII", write({ Host: "s\u00ebrver.test" }), BAD_REQUEST],
    ["another host's URL", write({}, "GET http://evil.test/ HTTP/1.1"), BAD_REQUEST],
    ["a fragment", write({}, "GET /chat#there HTTP/1.1"), BAD_REQUEST],
    ["no Connection", write({ Connection: "keep-alive" }), BAD_REQUEST],
    ["no Upgrade", write({ Upgrade: null }), NO_WEBSOCKET],
    ["another Upgrade", write({ Upgrade: "h2c" }), NO_WEBSOCKET],
    ["no version", write({ "Sec-WebSocket-Version": null }), BAD_REQUEST],
    ["two versions", write({ "Sec-WebSocket-Version": ["13", "8"] }), BAD_REQUEST],
    ["no key", write({ "Sec-WebSocket-Key": null }), BAD_REQUEST],
    [
      "two keys",
      write({ "Sec-WebSocket-Key": Array(2).fill(FIELDS["Sec-WebSocket-Key"]) }),
      BAD_REQUEST,
    ],
    ["a short key", write({ "Sec-WebSocket-Key": "c2hvcnQ=" }), BAD_REQUEST],
    ["version 8", write({ "Sec-WebSocket-Version": "8" }), OTHER_VERSION],
    ["another origin", write({ Origin: "http://evil.test" }), FORBIDDEN],
    ["an opaque origin", write({ Origin: "null" }), FORBIDDEN],
    ["two Origins", write({ Origin: ["http://server.test", "http://server.test"] }), FORBIDDEN],
    ["a subprotocol twice", write({ "Sec-WebSocket-Protocol": "a, a" }), BAD_REQUEST],
  ])("%s", async (_what, request, response) => {
    expect(await exchange(await startChecked(), request)).toBe(response);
  });

  test("for what is checked first, when more is wrong", async () => {
    const port = await startChecked();
    const fields = { Origin: "http://evil.test", "Sec-WebSocket-Protocol": "a, a" };
    const version = { ...fields, "Sec-WebSocket-Version": "8" };
    const key = { ...version, "Sec-WebSocket-Key": "x" };
    const upgrade = { ...key, Upgrade: "h2c" };
    const connection = { ...upgrade, Connection: "keep-alive" };
    const answers = [
      await exchange(port, write(fields)),
      await exchange(port, write(version)),
      await exchange(port, write(key)),
      await exchange(port, write(upgrade)),
      await exchange(port, write(connection)),
      await exchange(port, write(connection, "POST /chat HTTP/1.1")),
      await exchange(port, write(connection, "POST /chat HTTP/1.0")),
    ];
    expect(answers).toEqual([
      FORBIDDEN,
      OTHER_VERSION,
      BAD_REQUEST,
      NO_WEBSOCKET,
      BAD_REQUEST,
      NOT_GET,
      BAD_REQUEST,
    ]);
  });

  test("a request without Origin where one is required", async () => {
    const port = await startChecked({ requireOrigin: true });
    expect(await exchange(port, write())).toBe(FORBIDDEN);
  });

  test("in full, though it has sent more than its request", async () => {
    const port = await startChecked();
    const text = write({ "Sec-WebSocket-Key": null }) + "x".repeat(10_000);
    expect(await exchange(port, text)).toBe(BAD_REQUEST);
  });
});

test("a client that resets while it is answered does not end the process", async () => {
  const reset = new Promise<void>((resolve) => {
    const server = createServer();
    server.on("upgrade", (_request, socket: Duplex) => {
      // Those of `listen` would take the error in place of the answer's.
      socket.removeAllListeners("error");
      answer(socket, { status: 403 }, "x".repeat(50_000_000));
      socket.once("close", () => resolve());
    });
    void listen(server).then((port) => {
      const client = connect(port, "127.0.0.1", () => client.write(write()));
      client.once("data", () => client.resetAndDestroy());
    });
  });
  await expect(reset).resolves.toBeUndefined();
});
