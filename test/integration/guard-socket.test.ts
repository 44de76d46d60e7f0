/** Guard on real connections: early bytes, peers that hang up, and who hears an error. */

import { connect, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { isSocketError } from "../../src/errors.ts";
import { guardSocket, type SocketGuard } from "../../src/server/guard.ts";
import { listen } from "../support/listening.ts";

const KIB_64 = 64 * 1024;

interface Pair {
  readonly client: Socket;
  /** The server's side, as Node's `upgrade` event has it: half open, nobody reads it. */
  readonly socket: Socket;
}

async function startPair(): Promise<Pair> {
  const server = createServer({ allowHalfOpen: true });
  const accepted = new Promise<Socket>((resolve) => {
    // In front of the listeners of `listen`, one of which would take errors in the guard's place.
    server.once("connection", (socket) => {
      queueMicrotask(() => socket.removeAllListeners("error"));
      resolve(socket);
    });
  });
  const client = connect(await listen(server), "127.0.0.1");
  client.on("error", () => {});
  onTestFinished(() => void client.destroy());
  return { client, socket: await accepted };
}

function aborted({ signal }: SocketGuard): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener("abort", () => resolve(signal.reason));
  });
}

/** Resolves once `socket` has read as many bytes. */
async function read(socket: Socket, bytes: number): Promise<void> {
  await vi.waitUntil(() => socket.bytesRead >= bytes, { interval: 5, timeout: 10_000 });
}

/** All that comes from now on until the end. */
async function readRest(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => socket.once("end", resolve));
  socket.resume();
  await ended;
  return Buffer.concat(chunks);
}

describe("early bytes", () => {
  test("are the head alone where nothing came", async () => {
    const { socket } = await startPair();
    const guard = guardSocket(socket, Buffer.from("head"));
    expect(`${guard.release()}`).toBe("head");
  });

  test("come behind the head, in order", async () => {
    const { client, socket } = await startPair();
    const guard = guardSocket(socket, Buffer.from("head,"));
    client.write("one,");
    await read(socket, 4);
    client.write("two");
    await read(socket, 7);
    expect(`${guard.release()}`).toBe("head,one,two");
  });

  test("and what comes after them are the whole of what was sent, once and in order", async () => {
    const { client, socket } = await startPair();
    const sent = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, index) => index).buffer);
    const guard = guardSocket(socket, sent.subarray(0, 10));
    client.end(sent.subarray(10));
    await read(socket, KIB_64);
    const early = guard.release();
    const rest = await readRest(socket);
    expect(Buffer.concat([early, rest]).equals(sent)).toBe(true);
    expect(rest.length).toBeGreaterThan(0);
  });

  test("past 64 KiB make the peer wait", async () => {
    const { client, socket } = await startPair();
    const guard = guardSocket(socket, Buffer.alloc(0));
    client.write(Buffer.alloc(64 * 1024 * 1024));
    await vi.waitUntil(() => socket.isPaused(), { interval: 5, timeout: 10_000 });
    // What one read brings, and what the stream holds for the next one, at most.
    expect(socket.bytesRead).toBeLessThan(KIB_64 + 3 * KIB_64);
    expect(client.writableLength).toBeGreaterThan(0);
    expect(guard.release().length).toBeLessThan(2 * KIB_64);
    expect(guard.abandoned).toBe(false);
  });

  test("are not read where the head is 64 KiB already", async () => {
    const { socket } = await startPair();
    const guard = guardSocket(socket, Buffer.alloc(KIB_64));
    expect(socket.isPaused()).toBe(true);
    expect(guard.release().length).toBe(KIB_64);
  });
});

describe("a peer that hangs up", () => {
  test.each<[string, (client: Socket) => void]>([
    ["by ending its side", (client) => client.end()],
    ["by closing", (client) => client.destroy()],
    ["by a reset", (client) => client.resetAndDestroy()],
    ["after early bytes", (client) => client.end("early")],
  ])("%s aborts the signal", async (_how, hangUp) => {
    const { client, socket } = await startPair();
    const guard = guardSocket(socket, Buffer.alloc(0));
    expect(guard.abandoned).toBe(false);
    hangUp(client);
    const reason = await aborted(guard);
    expect(isSocketError(reason, "INVALID")).toBe(true);
    expect(reason).toMatchObject({ code: "ERR_HANDSHAKE_ABANDONED", details: { status: 408 } });
    expect(guard.abandoned).toBe(true);
  });

  test("by a reset is the cause of the reason", async () => {
    const { client, socket } = await startPair();
    const guard = guardSocket(socket, Buffer.alloc(0));
    client.resetAndDestroy();
    expect(await aborted(guard)).toMatchObject({ cause: { code: "ECONNRESET" } });
  });

  test("before it is guarded is noticed at once", async () => {
    const { client, socket } = await startPair();
    const gone = new Promise((resolve) => socket.once("end", resolve));
    socket.resume();
    client.end();
    await gone;
    expect(guardSocket(socket, Buffer.alloc(0)).abandoned).toBe(true);
  });

  test("before it is guarded, so that the socket is destroyed, is noticed at once", async () => {
    const { socket } = await startPair();
    socket.destroy();
    const guard = guardSocket(socket, Buffer.from("head"));
    expect(guard.abandoned).toBe(true);
    expect(`${guard.release()}`).toBe("head");
  });

  test("leaves what it sent before", async () => {
    const { client, socket } = await startPair();
    const guard = guardSocket(socket, Buffer.alloc(0));
    client.end("early");
    await aborted(guard);
    expect(`${guard.release()}`).toBe("early");
  });

  test("after release leaves the signal as it is", async () => {
    const { client, socket } = await startPair();
    const guard = guardSocket(socket, Buffer.alloc(0));
    guard.release();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    client.resetAndDestroy();
    socket.resume();
    await closed;
    expect(guard.abandoned).toBe(false);
  });
});

describe("release", () => {
  test("leaves the socket paused, and nothing is lost until somebody reads", async () => {
    const { client, socket } = await startPair();
    const guard = guardSocket(socket, Buffer.alloc(0));
    expect(guard.release().length).toBe(0);
    expect(socket.isPaused()).toBe(true);
    client.end("late");
    expect(`${await readRest(socket)}`).toBe("late");
  });

  test("leaves one listener, which takes errors of the socket", async () => {
    const { socket } = await startPair();
    await Promise.resolve();
    const names = ["data", "end", "close", "error"];
    const count = (): number[] => names.map((name) => socket.listenerCount(name));
    const [data = 0, end = 0, close = 0, error = 0] = count();
    guardSocket(socket, Buffer.alloc(0)).release();
    expect(count()).toEqual([data, end, close, error + 1]);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    // Without a listener this would be thrown.
    socket.destroy(new Error("late"));
    await closed;
  });

  test("a second time gives nothing and does not pause who has taken over", async () => {
    const { socket } = await startPair();
    const guard = guardSocket(socket, Buffer.from("head"));
    guard.release();
    socket.resume();
    expect(guard.release().length).toBe(0);
    expect(socket.isPaused()).toBe(false);
  });
});
