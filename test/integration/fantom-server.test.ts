/** The server rows of the Fantom table, and the server samples of its document against real clients. */

import { describe, expect, onTestFinished, test } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { connect, isSocketError, WebSocket } from "../../src/index.ts";
import { type PendingUpgrade, upgrade, type WebSocketsOptions } from "../../src/server/index.ts";
import {
  handshake,
  makeSockets,
  serve,
  startHttp,
  startUpgrading,
  type UpgradeArguments,
} from "../support/serving.ts";
import { closed, nextMessage, opened, rejected, thrown } from "../support/sockets.ts";

/** Opens a client's socket; it is closed when the test has finished. */
async function dial(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  onTestFinished(() => void socket.close());
  await opened(socket);
  return socket;
}

describe("upgrade", () => {
  test("fantom upgrade: gives the open socket, of the client's class", async () => {
    const accepted = new Deferred<WebSocket>();
    const url = await startUpgrading(async (...event) => accepted.resolve(await upgrade(...event)));
    const client = await dial(`${url}/chat?room=tea`);
    const socket = await accepted.promise;
    expect(socket).toBeInstanceOf(WebSocket);
    expect([socket.readyState, socket.url]).toEqual([WebSocket.OPEN, `${url}/chat?room=tea`]);
    const echo = nextMessage(client);
    socket.send("welcome");
    expect(await echo).toBe("welcome");
  });

  // Each request is wrong in all ways from there on, so that the order is seen.
  const FAULTS: readonly [string, number, Record<string, string>][] = [
    ["Upgrade", 426, { Upgrade: "x-other" }],
    ["Sec-WebSocket-Key", 400, { "Sec-WebSocket-Key": "short" }],
    ["Sec-WebSocket-Version", 426, { "Sec-WebSocket-Version": "8" }],
    ["Origin", 403, { Origin: "http://elsewhere.example" }],
  ];

  test.each(FAULTS.map(([name, status], index) => [name, status, index] as const))(
    "fantom upgrade: a wrong %s is answered with %i, whatever is wrong behind it, and rejects",
    async (name, status, index) => {
      const refused = new Deferred<unknown>();
      const url = await startUpgrading(async (...event) =>
        refused.resolve(await rejected(upgrade(...event))),
      );
      const fields = Object.assign({}, ...FAULTS.slice(index).map(([, , wrong]) => wrong));
      const answer = await handshake(url, fields);
      expect([answer.status, answer.body.length]).toEqual([status, expect.any(Number)]);
      const error = await refused.promise;
      expect(isSocketError(error) && error.message).toContain(name);
      expect(error).toMatchObject({ details: { status } });
    },
  );

  test("fantom upgrade: another version is told the one that is spoken", async () => {
    const url = await startUpgrading((...event) => rejected(upgrade(...event)));
    const { headers } = await handshake(url, { "Sec-WebSocket-Version": "8" });
    expect(headers["sec-websocket-version"]).toBe("13");
  });

  test("fantom upgrade: with commit: false nothing is written until commit", async () => {
    const pending = new Deferred<PendingUpgrade>();
    const written: number[] = [];
    const url = await startUpgrading(async (message, socket, head) => {
      const waiting = await upgrade(message, socket, head, { commit: false });
      written.push(message.socket.bytesWritten);
      pending.resolve(waiting);
    });
    const client = new WebSocket(url);
    const waiting = await pending.promise;
    expect([written, client.readyState]).toEqual([[0], WebSocket.CONNECTING]);
    const socket = waiting.commit({ "x-server": "here" });
    await opened(client);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    await closed(client.close());
  });

  test("fantom upgrade: with commit: false it may still be refused", async () => {
    const url = await startUpgrading(async (message, socket, head) =>
      (await upgrade(message, socket, head, { commit: false })).reject(403, "not today"),
    );
    expect(await handshake(url)).toMatchObject({ status: 403, body: "not today" });
  });
});

describe("allowedOrigins", () => {
  /** The status of a handshake from a page of `origin`. */
  async function statusFor(options: WebSocketsOptions, origin?: string): Promise<number> {
    const { url } = await serve(options);
    return (await handshake(url, origin === undefined ? {} : { Origin: origin })).status;
  }
  const allowedOrigins = ["http://localhost:8069", "http://example.*"];

  test.each([
    ["http://localhost:8069", 101],
    ["HTTP://LocalHost:8069", 101],
    ["http://localhost:8070", 403],
    ["https://localhost:8069", 403],
    ["http://example.com", 101],
    ["http://example.evil.com", 403],
    ["null", 403],
  ])("fantom allowedOrigins: the document's list answers %s with %i", async (origin, status) => {
    expect(await statusFor({ allowedOrigins }, origin)).toBe(status);
  });

  test.each([
    [["https://**.example.com"], "https://a.b.example.com", 101],
    [["https://*.example.com"], "https://a.b.example.com", 403],
    [["http://localhost:*"], "http://localhost:1234", 101],
    [null, "http://anywhere.example", 101],
    [null, "null", 101],
    [[], "http://anywhere.example", 403],
  ])("fantom allowedOrigins: %j answers %s with %i", async (origins, origin, status) => {
    expect(await statusFor({ allowedOrigins: origins }, origin)).toBe(status);
  });

  test("fantom allowedOrigins: not given, the server's own origin alone is admitted", async () => {
    const { url } = await serve();
    const own = url.replace("ws:", "http:");
    const answers = [own, own.replace("http:", "https:"), "http://127.0.0.1"].map((Origin) =>
      handshake(url, { Origin }),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([101, 403, 403]);
  });

  test("fantom allowedOrigins: a request without Origin is admitted, unless requireOrigin", async () => {
    expect(await statusFor({ allowedOrigins })).toBe(101);
    expect(await statusFor({ allowedOrigins, requireOrigin: true })).toBe(403);
  });
});

describe("WebSockets", () => {
  test("fantom WebSockets: each socket is there by its id, until it closes", async () => {
    const { sockets, url } = await serve();
    const upgraded = new Deferred<WebSocket>();
    sockets.onUpgrade = (socket) => upgraded.resolve(socket);
    const client = await dial(url);
    const socket = await upgraded.promise;
    expect(sockets.get(socket.id)).toBe(socket);
    expect([sockets.size, [...sockets]]).toEqual([1, [socket]]);
    client.close();
    await closed(socket);
    expect(sockets.size).toBe(0);
    expect(sockets.get(socket.id, false)).toBeUndefined();
    expect(thrown(() => sockets.get(socket.id))).toMatchObject({ kind: "NOT_FOUND" });
  });

  test("fantom WebSockets: broadcast reaches all, or those of some ids", async () => {
    const { sockets, url } = await serve();
    const clients = [await dial(url), await dial(url), await dial(url)];
    const heard = clients.map(() => [] as unknown[]);
    clients.forEach((client, index) => {
      client.addListener("message", (_event, data) => void heard[index]?.push(data));
    });
    const [first, , third] = [...sockets].map(({ id }) => id);
    expect(sockets.broadcast("to all")).toBe(3);
    expect(sockets.broadcast("to two", [`${first}`, `${third}`, "nobody", `${first}`])).toBe(2);
    const ends = clients.map(closed);
    await sockets.shutdown();
    await Promise.all(ends);
    expect(heard).toEqual([["to all", "to two"], ["to all"], ["to all", "to two"]]);
  });

  test("fantom WebSockets: a client silent for readTimeout is closed on with 1001", async () => {
    const { url } = await serve({ readTimeout: "40ms", pingInterval: 0 });
    expect(await closed(await dial(url))).toMatchObject({ code: 1001 });
  });

  test("fantom WebSockets: shutdown closes all with 1001, and the document's reason", async () => {
    const { sockets, url } = await serve();
    const clients = [await dial(url), await dial(url)];
    const ends = clients.map(closed);
    await sockets.shutdown();
    const end = { code: 1001, reason: "Server shutting down...", wasClean: true };
    expect(await Promise.all(ends)).toEqual([end, end]);
  });
});

describe("samples of the document", () => {
  /** The sample's client: `webSock.open(…)`, `webSock.read`. */
  async function talk(url: string): Promise<unknown[]> {
    const seen: unknown[] = [];
    const socket = WebSocket.make();
    socket.onopen = () => socket.send("hello");
    socket.onmessage = (event) => {
      seen.push(event.data);
      socket.close();
    };
    socket.open(url.replace("ws://", "ws:"));
    await socket.read();
    return seen;
  }

  test("fantom BedSheet/WebMod server samples: a service gives its socket, known to WebSockets", async () => {
    const { server, url } = await startHttp();
    const { sockets } = makeSockets();
    const known: boolean[] = [];
    sockets.attach(server, { path: "/ws" }).onUpgrade = (socket) => {
      socket.onmessage = ({ data }) => {
        known.push(sockets.get(socket.id) === socket);
        socket.send(`you said ${data}`);
      };
    };
    expect(await talk(`${url}/ws`)).toEqual(["you said hello"]);
    expect(known).toEqual([true]);
    expect(await (await fetch(url.replace("ws:", "http:"))).text()).toBe("plain");
  });

  test("fantom BedSheet/WebMod server samples: upgrade, and read until it has closed", async () => {
    const done = new Deferred<number>();
    const serviceWs = async (...event: UpgradeArguments): Promise<void> => {
      const socket = await upgrade(...event);
      socket.onmessage = ({ data }) => void socket.send(`you said ${data}`);
      const { code } = await socket.read();
      done.resolve(code);
    };
    const url = await startUpgrading(serviceWs);
    expect(await talk(url)).toEqual(["you said hello"]);
    expect(await done.promise).toBe(1000);
  });

  test("fantom BedSheet/WebMod server samples: the chat box, a message of one is shown to all", async () => {
    const { sockets, url } = await serve();
    sockets.onUpgrade = (socket) => {
      socket.onmessage = ({ data }) => void sockets.broadcast(data);
    };
    await using ann = await connect(url);
    await using bob = await connect(url);
    await ann.send("hi, bob");
    expect([await ann.receive(), await bob.receive()]).toEqual(["hi, bob", "hi, bob"]);
  });
});
