/** What once went wrong with servers: each with a client that makes it happen. */

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket as Ws } from "ws";
import { Deferred } from "../../src/base/deferred.ts";
import { Compression, connect } from "../../src/index.ts";
import {
  type CloseMessage,
  type DroppedMessage,
  type Overflow,
  WebSockets,
  type WebSocketsOptions,
} from "../../src/server/index.ts";
import { createCertificate } from "../support/certificates.ts";
import { clientFrame, OPCODE, openRaw, serverClose } from "../support/raw-client.ts";
import { type Serving, serve } from "../support/serving.ts";
import { SlowClient } from "../support/slow-client.ts";

const MIB = 1024 * 1024;
/** More than the kernel takes for one that does not read. */
const STUCK_BYTES = 32 * MIB;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Turns go by until `condition` holds; the test's own time limit ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** What is published on a channel while the test runs. */
function published<T>(name: string): T[] {
  const messages: T[] = [];
  const listener = (message: unknown): void => void messages.push(message as T);
  subscribe(name, listener);
  onTestFinished(() => void unsubscribe(name, listener));
  return messages;
}

/** A server, and a client of its topics "a" and "b" that reads nothing. */
async function serveSlow(options: WebSocketsOptions): Promise<Serving & { slow: SlowClient }> {
  const serving = await serve(options);
  const { sockets } = serving;
  sockets.onUpgrade = (socket) => {
    for (const topic of ["a", "b"]) sockets.to(topic).add(socket);
  };
  const slow = await SlowClient.open(serving.port);
  await until(() => sockets.to("b").size === 1);
  return { ...serving, slow };
}

describe("a burst to clients that read closes on none of them", () => {
  const COUNT = 20;
  const text = "x".repeat(100_000);

  test.each([
    ["TLS", true, Compression.DISABLED],
    ["compression with a context", false, Compression.CONTEXT_TAKEOVER],
    ["compression without a context", false, Compression.NO_CONTEXT],
  ])("over %s", async (_name, secure, compression) => {
    const sockets = new WebSockets({ compression, maxUnsent: MIB });
    onTestFinished(() => sockets.shutdown({ timeout: 1 }));
    const tls = secure ? await createCertificate("localhost") : undefined;
    const { port } = await sockets.listen(0, tls ? { tls } : {});
    sockets.route("/", async (connection) => {
      for (let i = 0; i < COUNT; i += 1) void connection.send(text);
      // Behind the burst, before the network could take anything.
      await new Promise<void>((resolve) => process.nextTick(resolve));
      sockets.broadcast("update");
      await connection.receive();
    });
    const url = `${secure ? "wss" : "ws"}://localhost:${port}/`;
    const client = await connect(url, secure ? { tls: { ca: tls?.cert ?? "" } } : { compression });
    for (let i = 0; i < COUNT; i += 1) expect(await client.receive()).toBe(text);
    expect(await client.receive()).toBe("update");
    await client.close();
    await until(() => sockets.size === 0);
    expect(sockets.stats().closed).toEqual({ 1000: 1 });
  });
});

test("send resolves once its message has left, whatever is broadcast behind it", async () => {
  const { sockets, port } = await serve({ maxUnsent: Number.POSITIVE_INFINITY });
  const sent = new Deferred<void>();
  sockets.route("/", async (connection) => {
    const sending = connection.send("mine");
    // It does not leave before this client reads.
    sockets.broadcast(new Uint8Array(STUCK_BYTES));
    sending.then(sent.resolve, sent.reject);
    await connection.closed;
  });
  await SlowClient.open(port);
  await sent.promise;
  expect(sockets.stats().unsentBytes).toBe(STUCK_BYTES);
});

describe("messages that may be dropped", () => {
  /** One message fits, with what it takes itself. */
  const MAX_UNSENT = MIB + 1000;
  /** Of 40, the first two are sent. */
  const WITHIN_A_TURN: [Overflow, number][] = [
    ["drop-newest", 38],
    // The newest one waits.
    ["drop-oldest", 37],
  ];

  test.each(WITHIN_A_TURN)("are so within a turn, too: %s", async (overflow, dropped) => {
    const { sockets } = await serveSlow({ maxUnsent: MAX_UNSENT });
    for (let i = 0; i < 40; i += 1) sockets.to("a").send("x".repeat(MIB), { overflow });
    expect(sockets.stats().dropped).toBe(dropped);
    expect(sockets.stats().unsentBytes).toBe(2 * MIB);
  });

  test.each(WITHIN_A_TURN)(
    "are so within a turn though each is compressed for its client alone: %s",
    async (overflow, dropped) => {
      const { sockets, url } = await serve({
        compression: Compression.CONTEXT_TAKEOVER,
        maxUnsent: MAX_UNSENT,
      });
      sockets.onUpgrade = (socket) => void sockets.to("a").add(socket);
      const client = new Ws(url, { perMessageDeflate: true });
      onTestFinished(() => client.terminate());
      await until(() => sockets.to("a").size === 1 && client.readyState === 1);
      for (let i = 0; i < 40; i += 1) sockets.to("a").send("x".repeat(MIB), { overflow });
      expect(sockets.stats().dropped).toBe(dropped);
      expect(sockets.stats().unsentBytes).toBe(2 * MIB);
    },
  );

  test("wait as bytes in memory: empty ones are dropped, too", async () => {
    const { sockets } = await serveSlow({ maxUnsent: MIB });
    sockets.broadcast(new Uint8Array(STUCK_BYTES));
    for (let i = 0; i < 10_000; i += 1) sockets.to("a").send("", { overflow: "drop-oldest" });
    expect(sockets.stats().dropped).toBe(10_000 - MIB / 256);
  });

  test("are told of with their own topic, those given up with the client included", async () => {
    const dropped = published<DroppedMessage>("onesocket:dropped");
    const { sockets, slow } = await serveSlow({ maxUnsent: MIB });
    sockets.broadcast(new Uint8Array(STUCK_BYTES));
    sockets.to("a").send("of a", { overflow: "drop-oldest" });
    sockets.to("b").send("x".repeat(MIB), { overflow: "drop-oldest" });
    expect(dropped.map(({ topic, messages }) => [topic, messages])).toEqual([["a", 1]]);
    slow.destroy();
    await until(() => sockets.size === 0);
    expect(dropped.map(({ topic, messages }) => [topic, messages])).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  });

  test("are all either sent or dropped once their client has gone", async () => {
    const { sockets, slow } = await serveSlow({ maxUnsent: MIB });
    sockets.broadcast(new Uint8Array(STUCK_BYTES));
    let kept = 1;
    for (let i = 0; i < 10; i += 1) {
      kept += sockets.to("a").send(`${i}`, { overflow: "drop-oldest" });
    }
    slow.destroy();
    await until(() => sockets.size === 0);
    const { messagesOut, dropped } = sockets.stats();
    expect([kept, messagesOut, dropped]).toEqual([11, 1, 10]);
  });
});

test("a broadcast in answer to what came right before a close frame is sent before ours", async () => {
  const { sockets, port } = await serve();
  sockets.onUpgrade = (socket) => {
    socket.addListener("message", (_socket, text) => void sockets.broadcast(`${text}!`));
  };
  const client = await openRaw(port, "/");
  const closing = clientFrame(OPCODE.CLOSE, Buffer.of(0x03, 0xe8));
  await client.write(Buffer.concat([clientFrame(OPCODE.TEXT, Buffer.from("last words")), closing]));
  await client.gone;
  const answer = Buffer.concat([Buffer.of(0x81, 11), Buffer.from("last words!")]);
  expect(client.received.subarray(client.received.indexOf("\r\n\r\n") + 4)).toEqual(
    Buffer.concat([answer, serverClose(1000)]),
  );
  expect(sockets.stats()).toMatchObject({ messagesOut: 1, unsentBytes: 0 });
});

test("a client that is too slow, and answers the close frame, is counted as closed on with 1013", async () => {
  // A closing handshake is given up after a while, however long the client has yet to read.
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const told: unknown[] = [];
  const onError = (error: unknown): void => void told.push(error);
  const { sockets, url } = await serve({ maxUnsent: MIB, onError });
  const closes = published<CloseMessage>("onesocket:close");
  const client = new Ws(url, { perMessageDeflate: false });
  onTestFinished(() => client.terminate());
  await until(() => client.readyState === 1 && sockets.size === 1);
  const [socket] = sockets;
  const events: string[] = [];
  socket?.addListener("error", () => events.push("error"));
  socket?.addListener("close", () => events.push("close"));
  client.pause();
  sockets.broadcast(new Uint8Array(STUCK_BYTES));
  let receivers = 1;
  while (receivers > 0) {
    await turn();
    receivers = sockets.broadcast("more");
  }
  client.resume();
  await until(() => sockets.size === 0);
  expect(sockets.stats().closed).toEqual({ 1013: 1 });
  expect(closes).toEqual([expect.objectContaining({ code: 1013, wasClean: true })]);
  await until(() => events.length === 2);
  expect(events).toEqual(["error", "close"]);
});
