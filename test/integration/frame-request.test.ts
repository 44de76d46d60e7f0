/** Frame request: what our own request of a handshake says, that of ws beside it; what it makes of the answer; and
 *  that nothing is left of one that failed. */

import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { connect, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { acceptKey } from "../../src/adapter/frame-key.ts";
import { FrameRequest, type RequestSettings } from "../../src/adapter/frame-request.ts";
import { WIRE_MARK } from "../../src/adapter/frame-socket.ts";
import { Deferred } from "../../src/base/deferred.ts";
import { Compression, WebSocket, type WebSocketOptions } from "../../src/index.ts";
import { failureOf } from "../support/failure.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import { listen } from "../support/listening.ts";
import { closed, nextMessage, opened } from "../support/sockets.ts";

/** The message "hi" of a server. */
const GREETING = "\x81\x02hi";
const KEY_LINE = /^Sec-WebSocket-Key: (.*)$/im;

/** A server of which each connection, once its request is whole, gets what `reply` makes of it. */
async function startRaw(
  reply: (request: string) => string | null,
  onSocket: (socket: Socket) => void = () => {},
): Promise<number> {
  return await listen(
    createServer((socket) => {
      onSocket(socket);
      let request = "";
      socket.on("data", (chunk) => {
        request += chunk;
        if (!request.endsWith("\r\n\r\n")) return;
        const answer = reply(request);
        if (answer === null) socket.destroy();
        else socket.write(answer, "latin1");
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
function agentTo(
  port: number,
  isSecure: boolean,
  change: (socket: Socket) => void = () => {},
): object {
  const agent = isSecure ? new HttpsAgent() : new HttpAgent();
  const createConnection = (): Duplex => {
    const socket = connect(port, "127.0.0.1");
    change(socket);
    return socket;
  };
  return Object.assign(agent, { createConnection });
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

  test.runIf(IS_OWN_FRAMING).each([
    ["ws://host.test/", "host.test"],
    ["ws://host.test:443/", "host.test:443"],
    ["wss://host.test/", "host.test"],
    ["wss://host.test:80/", "host.test:80"],
  ])("that to %s, where no agent connects, names the host as %s", async (url, host) => {
    const told = new Deferred<string>();
    const port = await startRaw((request) => {
      told.resolve(request);
      return null;
    });
    const target = new URL(url);
    let asked: unknown;
    const createConnection: RequestSettings["createConnection"] = (options) => {
      asked = options.port;
      return connect(port, "127.0.0.1");
    };
    const handshake = new FrameRequest(target, [], { createConnection });
    onTestFinished(() => handshake.terminate());
    expect(await told.promise).toContain(`\r\nHost: ${host}\r\n`);
    expect(`${asked}`).toBe(target.port || (target.protocol === "ws:" ? "80" : "443"));
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
    ["another Upgrade", ["Upgrade", "Upgrade: h2c"], [], /Upgrade is "h2c", must be websocket/],
    ["no Accept", ["Sec-", "X: y"], [], /Sec-WebSocket-Accept is none, must be /],
    [
      "the key itself",
      ["Sec-", "Sec-WebSocket-Accept: %"],
      [],
      /Sec-WebSocket-Accept is ".*==", must be /,
    ],
    [
      "compression",
      ["Conn", `${EXTENSIONS} permessage-deflate`],
      [],
      /extensions are .*, must be none/,
    ],
    ["an extension without a name", ["Conn", EXTENSIONS], [], /extensions are .*, must be none/],
    ["a subprotocol", ["Conn", `${PROTOCOL} a`], [], /subprotocol is "a", must be none/],
    ["a part of one", ["Conn", `${PROTOCOL} a`], ["ab"], /subprotocol is ".*", must be one of /],
    [
      "another spelling of one",
      ["Conn", `${PROTOCOL} AB`],
      ["ab"],
      /subprotocol is ".*", must be one of /,
    ],
    [
      "all of them",
      ["Conn", `${PROTOCOL} a, b`],
      ["a", "b"],
      /subprotocol is ".*", must be one of /,
    ],
    ["none of them", ["X", ""], ["a", "b"], /subprotocol is none, must be one of a, b/],
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

  test.each([
    ["no Upgrade", "Upgrade", "X: y"],
    ["no Connection", "Conn", "X: y"],
    ["another Connection", "Conn", "Connection: close"],
  ])("of 101 with %s is a wrong one", async (_what, start, line) => {
    const port = await startRaw((request) =>
      accepting(request, (lines) => lines.map((old) => (old.startsWith(start) ? line : old))),
    );
    const { error } = await failureOf(`ws://127.0.0.1:${port}`);
    expect(error).toMatchObject({ code: "ERR_HANDSHAKE", retryable: true });
    expect(error.message).toMatch(/101 lacks Upgrade or Connection: Upgrade$/);
  });

  test("with frames right behind it, also the close frame, loses none of them", async () => {
    const frames = `${GREETING}\x81\x03all\x88\x02\x03\xe8`;
    const port = await startRaw((request) => accepting(request) + frames);
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const seen: unknown[] = [];
    socket.onmessage = ({ data }) => seen.push(data);
    expect(await closed(socket)).toMatchObject({ code: 1000, wasClean: true });
    expect(seen).toEqual(["hi", "all"]);
  });
});

test("an answer of 100 before that of 101 is passed over", async () => {
  const port = await startRaw(
    (request) =>
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${accepting(request)}`,
  );
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  await opened(socket);
});

// By a request of our own, and by ws with frames of our own behind it.
describe.each([
  ["nothing", {}],
  ["compression", { compression: Compression.CONTEXT_TAKEOVER }],
])("a handshake that offers %s", (_what, options) => {
  test.each([
    ["close", (socket: WebSocket, _signal: AbortController) => void socket.close()],
    ["a signal", (_socket: WebSocket, signal: AbortController) => signal.abort()],
  ])("ended by %s on its way lets go of the connection", async (_how, end) => {
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
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, null, { ...options, signal });
    const ending = closed(socket);
    await asked.promise;
    end(socket, controller);
    expect(await ending).toMatchObject({ code: 1006, wasClean: false });
    await gone.promise;
  });

  test("has the frames made by whom it was told, though its options are changed meanwhile", async () => {
    const port = await startRaw((request) => accepting(request) + GREETING);
    const marks: unknown[] = [];
    const agent = agentTo(port, false, (socket) => {
      socket.on("data", () => {
        marks.push(...Object.getOwnPropertySymbols(socket).map((symbol) => symbol.description));
      });
    });
    const changing = { framing: "own" as "own" | "ws", ...options, agent };
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, null, changing);
    changing.framing = "ws";
    expect(await nextMessage(socket)).toBe("hi");
    expect(marks).toContain(WIRE_MARK);
  });
});

test.runIf(IS_OWN_FRAMING)(
  "a bad answer is told of where the socket of an agent complains of its end",
  async () => {
    const port = await startRaw((request) => accepting(request).replace("Accept: ", "Accept: x"));
    const agent = agentTo(port, false, (socket) => {
      const destroy = socket._destroy;
      socket._destroy = (_error, done) => {
        destroy.call(socket, null, () => done(new Error("not now")));
      };
    });
    const { error } = await failureOf(`ws://127.0.0.1:${port}`, { agent });
    expect(error.message).toMatch(/Sec-WebSocket-Accept/);
  },
);

test("with compression the handshake is that of ws, and offers it", async () => {
  let seen = "";
  const port = await startRaw((request) => {
    seen = request;
    return null;
  });
  await failureOf(`ws://127.0.0.1:${port}`, { compression: Compression.NO_CONTEXT });
  expect(seen).toMatch(/^Sec-WebSocket-Extensions: permessage-deflate; /m);
});
