/** Frame request: what our own request of a handshake says, that of ws beside it; what it makes of the answer; and
 *  that nothing is left of one that failed. */

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { connect, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, test } from "vitest";
import { acceptKey } from "../../src/adapter/frame-key.ts";
import { Deferred } from "../../src/base/deferred.ts";
import { Compression, WebSocket, type WebSocketOptions } from "../../src/index.ts";
import { failureOf } from "../support/failure.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import { listen } from "../support/listening.ts";
import { closed, opened } from "../support/sockets.ts";

const KEY_LINE = /^Sec-WebSocket-Key: (.*)$/im;

/** A server of which each connection, once its request is whole, gets what `reply` makes of it. */
async function startRaw(
  reply: (request: string, socket: Socket) => string | null,
  onSocket: (socket: Socket) => void = () => {},
): Promise<number> {
  return await listen(
    createServer((socket) => {
      onSocket(socket);
      let request = "";
      socket.on("data", (chunk) => {
        request += chunk;
        if (!request.endsWith("\r\n\r\n")) return;
        const answer = reply(request, socket);
        if (answer === null) socket.destroy();
        else socket.write(answer);
      });
    }),
  );
}

/** An answer that accepts, its lines changed by `change`. */
function accepting(request: string, change: (lines: string[]) => string[] = (lines) => lines) {
  const key = KEY_LINE.exec(request)?.[1] ?? "";
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
  ];
  return `${change(lines).join("\r\n")}\r\n\r\n`;
}

/** Where a dial is to go, by a name that is the same for all; wherever it is, it gets to `port`. */
function agentTo(port: number, isSecure: boolean): object {
  const agent = isSecure ? new HttpsAgent() : new HttpAgent();
  return Object.assign(agent, { createConnection: (): Duplex => connect(port, "127.0.0.1") });
}

/** What is asked where `framing` makes the frames, the key left out. */
async function requestBy(
  framing: "own" | "ws",
  [url, protocols, headers]: readonly [string, string[], WebSocketOptions["headers"]],
): Promise<string> {
  let seen = "";
  const port = await startRaw((request) => {
    seen = request;
    return null;
  });
  const agent = agentTo(port, url.startsWith("wss:"));
  await failureOf(url, { framing, agent, ...(headers && { headers }) }, protocols);
  expect(Buffer.from(KEY_LINE.exec(seen)?.[1] ?? "", "base64")).toHaveLength(16);
  return seen.replace(KEY_LINE, "Sec-WebSocket-Key: …");
}

describe("the request is, but for its key, that of ws", () => {
  test.each<[string, string[], WebSocketOptions["headers"]]>([
    ["ws://host.test", [], undefined],
    ["ws://host.test:8080/a%20b/?c=d&e", ["chat"], undefined],
    ["ws://host.test/", ["chat", "v2.echo"], { "X-One": "1", "X-Many": ["a", "b"], Origin: "x" }],
    ["ws://user:p%40ss@host.test/", [], undefined],
    ["ws://user@host.test/", [], { Authorization: "Bearer t" }],
    ["ws://:%E0%A4%A@host.test/", [], undefined],
    ["ws://host.test/", [], { host: "other.test:1" }],
    ["ws://[2001:db8::1]:81/", [], undefined],
    ["wss://host.test/", [], undefined],
    ["wss://host.test:80/x", [], undefined],
    ["ws://host.test:443/x", [], undefined],
  ])("%s %j %j", async (...request) => {
    const own = await requestBy("own", request);
    expect(own).toBe(await requestBy("ws", request));
  });

  test("each key is another one", async () => {
    const keys = new Set<string>();
    const port = await startRaw((request) => {
      keys.add(KEY_LINE.exec(request)?.[1] ?? "");
      return null;
    });
    for (let dial = 0; dial < 3; dial += 1) await failureOf(`ws://127.0.0.1:${port}`);
    expect(keys.size).toBe(3);
  });
});

describe("an answer", () => {
  test("may spell its fields as it likes, and bring others", async () => {
    const port = await startRaw((request) =>
      accepting(request, ([status = "", , , accept = ""]) => [
        status,
        "X-Other: 1",
        "UPGRADE:   WebSocket",
        "connection: keep-alive, upgrade",
        accept.replace("Accept: ", "ACCEPT:"),
      ]),
    );
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await opened(socket);
    expect([socket.protocol, socket.extensions]).toEqual(["", ""]);
  });

  const EXTENSIONS = "Connection: Upgrade\r\nSec-WebSocket-Extensions:";
  const PROTOCOL = "Connection: Upgrade\r\nSec-WebSocket-Protocol:";
  test.runIf(IS_OWN_FRAMING).each([
    ["another Upgrade", ["Upgrade", "Upgrade: h2c"], [], /Upgrade is not websocket/],
    ["no Accept", ["Sec-", "X: y"], [], /Sec-WebSocket-Accept does not answer the key/],
    ["the key itself", ["Sec-", "Sec-WebSocket-Accept: %"], [], /does not answer the key/],
    ["compression", ["Conn", `${EXTENSIONS} permessage-deflate`], [], /extension, and none was/],
    ["an extension without a name", ["Conn", EXTENSIONS], [], /extension, and none was/],
    ["a subprotocol", ["Conn", `${PROTOCOL} a`], [], /subprotocol not offered/],
    ["a part of one", ["Conn", `${PROTOCOL} a`], ["ab"], /subprotocol not offered/],
    ["another spelling of one", ["Conn", `${PROTOCOL} AB`], ["ab"], /subprotocol not offered/],
    ["all of them", ["Conn", `${PROTOCOL} a, b`], ["a", "b"], /subprotocol not offered/],
    ["none of them", ["X", ""], ["a", "b"], /chosen no subprotocol/],
  ])("with %s fails, says why, and ends the connection", async (_what, change, offered, why) => {
    const [start = "", instead = ""] = change;
    const gone = new Deferred<void>();
    const port = await startRaw(
      (request) => {
        const line = instead.replace("%", KEY_LINE.exec(request)?.[1] ?? "");
        return accepting(request, (lines) =>
          lines.map((old) => (old.startsWith(start) ? line : old)),
        );
      },
      (socket) => socket.on("close", () => gone.resolve()),
    );
    const { error, info } = await failureOf(`ws://127.0.0.1:${port}`, {}, offered);
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_HANDSHAKE", retryable: true });
    expect(error.message).toMatch(why);
    expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
    await gone.promise;
  });

  test("with frames right behind it, also the close frame, loses none of them", async () => {
    const frames = "\x81\x02hi\x81\x03all\x88\x02\x03\xe8";
    const port = await startRaw((request, socket) => {
      socket.write(Buffer.from(accepting(request) + frames, "latin1"));
      return "";
    });
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const seen: unknown[] = [];
    socket.onmessage = ({ data }) => seen.push(data);
    expect(await closed(socket)).toMatchObject({ code: 1000, wasClean: true });
    expect(seen).toEqual(["hi", "all"]);
  });
});

test.each([
  ["close", (socket: WebSocket) => void socket.close()],
  ["a signal", (_socket: WebSocket, { abort }: { readonly abort: () => void }) => abort()],
])("a handshake that is ended by %s on its way lets go of the connection", async (_how, end) => {
  const asked = new Deferred<void>();
  const gone = new Deferred<void>();
  const port = await startRaw(
    () => {
      asked.resolve();
      return "HTTP/1.1 101 Switching Protocols\r\n";
    },
    (socket) => socket.on("close", () => gone.resolve()),
  );
  const controller = new AbortController();
  const { signal } = controller;
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, null, { signal });
  const ending = closed(socket);
  await asked.promise;
  end(socket, { abort: () => controller.abort() });
  expect(await ending).toMatchObject({ code: 1006, wasClean: false });
  await gone.promise;
});

test("with compression the handshake is that of ws, and offers it", async () => {
  let seen = "";
  const port = await startRaw((request) => {
    seen = request;
    return null;
  });
  await failureOf(`ws://127.0.0.1:${port}`, { compression: Compression.NO_CONTEXT });
  expect(seen).toMatch(/^Sec-WebSocket-Extensions: permessage-deflate; /m);
});
