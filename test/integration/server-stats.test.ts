/** Stats and diagnostics of a real server: they say what happened, and add up. */

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { connect } from "../../src/index.ts";
import type {
  CloseMessage,
  ErrorMessage,
  OpenMessage,
  RefusedMessage,
  SocketStats,
  UpgradeMessage,
} from "../../src/server/index.ts";
import { handshake, serve } from "../support/serving.ts";

const NOTHING: SocketStats = {
  open: 0,
  accepted: 0,
  refused: {},
  messagesIn: 0,
  bytesIn: 0,
  messagesOut: 0,
  bytesOut: 0,
  dropped: 0,
  closed: {},
  unsentBytes: 0,
};

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

describe("stats", () => {
  test("are all zero at the start", async () => {
    expect((await serve()).sockets.stats()).toEqual(NOTHING);
  });

  test("every field counts what it says", async () => {
    const { sockets, url } = await serve();
    sockets.route("/", async (connection) => {
      for await (const message of connection) await connection.send(message);
    });
    const first = await connect(url);
    const second = await connect(url);
    // 4 bytes in UTF-8, then 3.
    await first.send("😀");
    await first.sendBytes([1, 2, 3]);
    expect([await first.receive(), await first.receive()]).toHaveLength(2);
    sockets.broadcast("hello");
    expect([await first.receive(), await second.receive()]).toEqual(["hello", "hello"]);
    await handshake(`${url}/none`);
    await handshake(url, { Origin: "http://x.example" });
    await second.close(4001);
    expect(sockets.stats()).toEqual({
      ...NOTHING,
      open: 1,
      accepted: 2,
      refused: { ERR_NO_ROUTE: 1, ERR_ORIGIN: 1 },
      messagesIn: 2,
      bytesIn: 7,
      messagesOut: 4,
      bytesOut: 17,
      closed: { 4001: 1 },
    });
    await first.close();
  });

  test("unsentBytes are those that a client keeps waiting, until it has gone", async () => {
    const { sockets, url } = await serve({ maxUnsent: Number.POSITIVE_INFINITY });
    const { socket } = await handshake(url);
    socket.pause();
    const bytes = new Uint8Array(64 * 1024 * 1024);
    sockets.broadcast(bytes);
    expect(sockets.stats().unsentBytes).toBe(bytes.length);
    const gone = Promise.all([...sockets].map((one) => one.read()));
    socket.destroy();
    await gone;
    expect(sockets.stats()).toMatchObject({ unsentBytes: 0, open: 0, messagesOut: 1 });
  });

  test("add up, whatever ends there were", async () => {
    const { sockets, url } = await serve();
    sockets.route("/return", () => {});
    sockets.route("/throw", () => Promise.reject(new Error("inside")));
    sockets.route("/stay", (connection) => connection.closed);
    const ends = ["/return", "/throw", "/stay", "/stay"].map((path) => connect(url + path));
    const [returned, thrown, closing] = await Promise.all(ends);
    const dropped = await handshake(`${url}/stay`);
    await Promise.all([returned?.closed, thrown?.closed, closing?.close(4000)]);
    const gone = once(dropped.socket, "close");
    dropped.socket.destroy();
    await gone;
    await sockets.shutdown();
    const { accepted, open, closed } = sockets.stats();
    expect([accepted, open, sum(closed)]).toEqual([5, 0, 5]);
    expect(closed).toEqual({ 1000: 1, 1001: 1, 1006: 1, 1011: 1, 4000: 1 });
  });
});

describe("diagnostics", () => {
  /** What is published on a channel until the test has finished. */
  function collect<T>(name: string): T[] {
    const messages: T[] = [];
    const listener = (message: unknown): void => void messages.push(message as T);
    subscribe(name, listener);
    onTestFinished(() => void unsubscribe(name, listener));
    return messages;
  }

  test("a connection's life is published in its order, with its address, protocol and end", async () => {
    const order: string[] = [];
    for (const name of ["upgrade", "open", "close"]) {
      const listener = (): void => void order.push(name);
      subscribe(`onesocket:${name}`, listener);
      onTestFinished(() => void unsubscribe(`onesocket:${name}`, listener));
    }
    const upgrades = collect<UpgradeMessage>("onesocket:upgrade");
    const opens = collect<OpenMessage>("onesocket:open");
    const closes = collect<CloseMessage>("onesocket:close");
    const { sockets, url } = await serve({ protocols: ["chat"] });
    const here: boolean[] = [];
    sockets.onUpgrade = (socket) => {
      here.push(opens[0]?.socket === socket, order.length === 2);
    };
    const client = await connect(`${url}/a`, { protocols: ["chat"] });
    const [socket] = sockets;
    await client.close(4001, "bye");
    await socket?.read();
    expect([order, here]).toEqual([
      ["upgrade", "open", "close"],
      [true, true],
    ]);
    expect(upgrades).toMatchObject([{ address: "127.0.0.1", protocol: "chat" }]);
    expect(opens).toMatchObject([{ id: socket?.id, address: "127.0.0.1", request: { url: "/a" } }]);
    expect(closes).toEqual([{ id: socket?.id, socket, code: 4001, reason: "bye", wasClean: true }]);
  });

  test("a refusal is published with its request and why", async () => {
    const refusals = collect<RefusedMessage>("onesocket:refused");
    const { sockets, url } = await serve();
    sockets.route("/chat", () => {});
    await handshake(`${url}/other`);
    expect(refusals).toMatchObject([
      { address: "127.0.0.1", request: { url: "/other" }, refusal: { code: "ERR_NO_ROUTE" } },
    ]);
  });

  test("what a handler throws is published, and how a socket failed", async () => {
    const errors = collect<ErrorMessage>("onesocket:error");
    const { sockets, url } = await serve();
    const error = new Error("inside");
    const failed = new Deferred<void>();
    sockets.route("/throw", () => Promise.reject(error));
    sockets.route("/stay", async (connection) => {
      await connection.closed;
      failed.resolve();
    });
    await (await connect(`${url}/throw`)).closed;
    const { socket } = await handshake(`${url}/stay`);
    socket.destroy();
    await failed.promise;
    expect(errors).toMatchObject([
      { error, id: expect.any(String), socket: expect.anything() },
      { error: { name: "SocketError" }, id: expect.any(String), socket: expect.anything() },
    ]);
  });
});
