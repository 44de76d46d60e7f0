/** The heartbeat: who is silent is pinged, then dropped. The clock is the test's; the sockets are real. */

import { once } from "node:events";
import type { Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import WsPeer from "ws";
import { Deferred } from "../../src/base/deferred.ts";
import { connect, type WebSocket } from "../../src/index.ts";
import type { WebSocketsOptions } from "../../src/server/index.ts";
import { runProgram } from "../support/run-program.ts";
import { clientFrame, handshake, type Serving, serve } from "../support/serving.ts";

/** Takes the clock over; it is given back before the server shuts down. */
function takeClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** A server with a clock that stands still. */
async function start(options: WebSocketsOptions): Promise<Serving> {
  const serving = await serve(options);
  takeClock();
  return serving;
}

/** A client that answers no ping, and what the server does to it. */
async function join(url: string): Promise<{ peer: WsPeer; seen: string[] }> {
  const peer = new WsPeer(url, { autoPong: false });
  onTestFinished(() => peer.terminate());
  const seen: string[] = [];
  peer.on("ping", () => seen.push("ping"));
  peer.on("close", (code) => seen.push(`close ${code}`));
  await once(peer, "open");
  return { peer, seen };
}

/** Resolves once the peer has been told all that it was sent so far. */
async function settle({ sockets }: Serving, peer: WsPeer): Promise<void> {
  const told = once(peer, "message");
  sockets.broadcast("so far");
  await told;
}

const QUIET = { pongTimeout: 0, readTimeout: 0 };

test("who is silent for pingInterval is pinged, once", async () => {
  const serving = await start({ ...QUIET, pingInterval: "10s" });
  const { peer, seen } = await join(serving.url);
  // It counts as heard of when it is looked at first.
  vi.advanceTimersByTime(10_000);
  await settle(serving, peer);
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(1_000);
  await settle(serving, peer);
  expect(seen).toEqual(["ping"]);
  vi.advanceTimersByTime(60_000);
  await settle(serving, peer);
  expect(seen).toEqual(["ping"]);
});

test("who then is silent for pongTimeout is dropped, with ERR_PONG_TIMEOUT", async () => {
  const serving = await start({ pingInterval: "10s", pongTimeout: "5s" });
  const failed = new Deferred<unknown>();
  serving.sockets.onUpgrade = (socket) => {
    socket.onerror = ({ error }) => failed.resolve(error);
  };
  const { peer, seen } = await join(serving.url);
  vi.advanceTimersByTime(15_000);
  await settle(serving, peer);
  expect(serving.sockets.size).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(await failed.promise).toMatchObject({ kind: "TIMEOUT", code: "ERR_PONG_TIMEOUT" });
  if (peer.readyState !== WsPeer.CLOSED) await once(peer, "close");
  expect(seen).toEqual(["ping", "close 1006"]);
  expect(serving.sockets.stats().closed).toEqual({ 1006: 1 });
});

test.each<[string, (peer: WsPeer) => void]>([
  ["a pong", (peer) => peer.pong()],
  ["a ping", (peer) => peer.ping()],
  ["a message", (peer) => peer.send("x")],
])("%s is life: the silence begins anew", async (_what, speak) => {
  const serving = await start({ pingInterval: "10s", pongTimeout: "5s" });
  const joined = new Deferred<Socket>();
  serving.sockets.onUpgrade = (_socket, { message }) => joined.resolve(message.socket);
  const { peer, seen } = await join(serving.url);
  const socket = await joined.promise;
  for (let round = 0; round < 3; round += 1) {
    vi.advanceTimersByTime(12_000);
    const read = once(socket, "data");
    speak(peer);
    await read;
    await settle(serving, peer);
  }
  expect(serving.sockets.size).toBe(1);
  expect(seen.filter((event) => event === "ping")).toHaveLength(3);
  expect(seen).not.toContain("close 1006");
});

test("with pings off, who is silent for readTimeout is closed on with 1001", async () => {
  const serving = await start({ pingInterval: 0, readTimeout: "10s" });
  const failed = new Deferred<unknown>();
  serving.sockets.onUpgrade = (socket) => {
    socket.onerror = ({ error }) => failed.resolve(error);
  };
  const { peer, seen } = await join(serving.url);
  vi.advanceTimersByTime(10_000);
  await settle(serving, peer);
  expect(seen).toEqual([]);
  const ended = once(peer, "close");
  vi.advanceTimersByTime(1_000);
  const [code, reason] = await ended;
  expect([code, `${reason}`, seen]).toEqual([1001, "idle", ["close 1001"]]);
  expect(await failed.promise).toMatchObject({ kind: "TIMEOUT", code: "ERR_READ_TIMEOUT" });
});

test("that we don't read is no silence", async () => {
  const serving = await start({ pingInterval: "10s", pongTimeout: "5s", channelCapacity: 1 });
  const go = new Deferred<void>();
  const paused = new Deferred<WebSocket>();
  serving.sockets.route("/", async (connection) => {
    const { socket } = connection;
    let count = 0;
    socket.addListener("message", () => {
      count += 1;
      if (count === 1) paused.resolve(socket);
    });
    await go.promise;
    await connection.send(`${await connection.receive()}`);
    await connection.closed;
  });
  const { peer, seen } = await join(serving.url);
  peer.send("unread");
  await paused.promise;
  vi.advanceTimersByTime(60_000);
  expect(serving.sockets.size).toBe(1);
  const told = once(peer, "message");
  go.resolve();
  expect(`${await told}`).toContain("unread");
  expect(seen).toEqual([]);
});

test("a frame that is never finished is silence, too", async () => {
  const serving = await start({ pingInterval: "10s", pongTimeout: "5s" });
  const { socket } = await handshake(serving.url);
  const gone = new Promise((resolve) => socket.once("close", resolve));
  // What it has sent was not read, and so the connection is reset.
  socket.on("error", () => {}).resume();
  socket.write(clientFrame("hello").subarray(0, 4));
  vi.advanceTimersByTime(17_000);
  await gone;
  expect(serving.sockets.stats().closed).toEqual({ 1006: 1 });
});

test("one timer looks after all, and there is none where nobody is here, or nothing to look after", async () => {
  const start = vi.spyOn(globalThis, "setInterval");
  const stop = vi.spyOn(globalThis, "clearInterval");
  onTestFinished(() => {
    start.mockRestore();
    stop.mockRestore();
  });
  const running = (): number => start.mock.results.length - stop.mock.calls.filter(isOurs).length;
  const isOurs = ([timer]: unknown[]): boolean =>
    start.mock.results.some(({ value }) => value === timer);
  const { sockets, url } = await serve({});
  const before = running();
  const clients = [await connect(url), await connect(url), await connect(url)];
  expect(running() - before).toBe(1);
  const left = Promise.all([...sockets].map((socket) => socket.read()));
  await Promise.all(clients.map((client) => client.close()));
  await left;
  expect(running() - before).toBe(0);
  const none = await serve({ pingInterval: 0, pongTimeout: 0, readTimeout: 0 });
  const then = running();
  await using _client = await connect(none.url);
  expect(running() - then).toBe(0);
});

test("it does not keep the process alive", async () => {
  expect(await runProgram("heartbeat-left", [])).toEqual({
    code: 0,
    stdout: "left with 1 open",
    stderr: "",
  });
});
