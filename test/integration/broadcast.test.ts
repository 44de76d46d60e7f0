/** Broadcast: one message to many, some of whom do not read, or fail. */

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type ClientOptions, WebSocket as Ws } from "ws";
import { WsAdapter } from "../../src/adapter/ws.ts";
import { Compression } from "../../src/constants.ts";
import type { DroppedMessage, ErrorMessage, WebSocketsOptions } from "../../src/server/index.ts";
import { type Overflow, WebSockets } from "../../src/server/index.ts";
import { SlowClient } from "../support/slow-client.ts";
import { takeUncaught } from "../support/uncaught.ts";

const KIB = 1024;
/** As much for each message that a few dozen are more than the kernel takes for one that does not read. */
const MESSAGE_BYTES = 512 * KIB;
const COUNT = 40;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Turns go by until `condition` holds; the test's own time limit ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** The message of that number. */
function messageOf(number: number): string {
  return `${number} `.padEnd(MESSAGE_BYTES, "x");
}

function numberOf(message: string): number {
  return Number.parseInt(message, 10);
}

async function startSockets(
  options: WebSocketsOptions = {},
): Promise<{ sockets: WebSockets; port: number }> {
  const sockets = new WebSockets(options);
  onTestFinished(() => sockets.shutdown({ timeout: 1 }));
  const { port } = await sockets.listen(0);
  return { sockets, port };
}

/** A client that reads. Resolves once the server has it, too. */
async function openClient(
  { sockets, port }: { sockets: WebSockets; port: number },
  options: ClientOptions = {},
): Promise<{ client: Ws; texts: string[] }> {
  const before = sockets.stats().accepted;
  const texts: string[] = [];
  const client = new Ws(`ws://127.0.0.1:${port}`, { perMessageDeflate: false, ...options });
  onTestFinished(() => client.terminate());
  client.on("message", (data) => texts.push(`${data}`));
  await until(() => client.readyState === 1 && sockets.stats().accepted > before);
  return { client, texts };
}

/** What is published on a channel while the test runs. */
function published<T>(name: string): T[] {
  const messages: T[] = [];
  const listener = (message: unknown): void => void messages.push(message as T);
  subscribe(name, listener);
  onTestFinished(() => void unsubscribe(name, listener));
  return messages;
}

/** Nothing is late while the test runs. */
function stopClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Lets all who are here join, and sends the messages of these numbers, each in a turn of its own. */
async function sendAll(
  sockets: WebSockets,
  numbers: readonly number[],
  overflow: Overflow,
): Promise<void> {
  const topic = sockets.to("all");
  for (const socket of sockets) topic.add(socket);
  for (const number of numbers) {
    topic.send(messageOf(number), { overflow });
    await turn();
  }
}

const numbers = Array.from({ length: COUNT }, (_, index) => index);

describe("a client that never reads", () => {
  test("keeps nothing from the others, and is closed on with 1013", async () => {
    const server = await startSockets();
    stopClock();
    const errors = published<ErrorMessage>("onesocket:error");
    const slow = await SlowClient.open(server.port);
    const others = [await openClient(server), await openClient(server)];
    for (const number of numbers) {
      server.sockets.broadcast(messageOf(number));
      await turn();
    }
    await until(() => others.every(({ texts }) => texts.length === COUNT));
    for (const { texts } of others) expect(texts.map(numberOf)).toEqual(numbers);
    expect(errors.map(({ error }) => error)).toEqual([
      expect.objectContaining({ code: "ERR_TOO_SLOW", kind: "UNAVAILABLE" }),
    ]);
    slow.read();
    await until(() => slow.closeCode !== null);
    expect(slow.closeCode).toBe(1013);
    expect(slow.texts.map(numberOf)).toEqual(numbers.slice(0, slow.texts.length));
    expect(slow.texts.length).toBeLessThan(COUNT);
    expect(server.sockets.stats().dropped).toBe(0);
  });

  test("is no longer counted among the receivers once it is closed on", async () => {
    const server = await startSockets();
    await SlowClient.open(server.port);
    await openClient(server);
    let receivers = 2;
    while (receivers === 2) {
      receivers = server.sockets.broadcast(messageOf(0));
      await turn();
    }
    expect(receivers).toBe(1);
  });
});

describe("messages that may be dropped", () => {
  /** Sends all numbers to one who does not read and one who does, and has the first read then. */
  async function overflowing(overflow: Overflow, options: WebSocketsOptions = {}) {
    const server = await startSockets(options);
    const dropped = published<DroppedMessage>("onesocket:dropped");
    const errors = published<ErrorMessage>("onesocket:error");
    const slow = await SlowClient.open(server.port);
    const [slowSocket] = server.sockets;
    const other = await openClient(server);
    await sendAll(server.sockets, numbers, overflow);
    await until(() => other.texts.length === COUNT);
    expect(other.texts.map(numberOf)).toEqual(numbers);
    const drops = (): number => dropped.reduce((sum, { messages }) => sum + messages, 0);
    return { ...server, slow, slowSocket, dropped, drops, errors };
  }

  test("make room from the oldest on; the newest arrives once it is read again", async () => {
    const { sockets, slow, drops, errors } = await overflowing("drop-oldest");
    slow.read();
    await until(() => slow.texts.length + drops() === COUNT);
    const read = slow.texts.map(numberOf);
    expect(read.at(-1)).toBe(COUNT - 1);
    expect(read).toEqual([...new Set(read)].sort((a, b) => a - b));
    expect(drops()).toBeGreaterThan(0);
    expect(sockets.stats().dropped).toBe(drops());
    expect(errors).toEqual([]);
  });

  test("are left out from the newest on; the next one arrives once all was read", async () => {
    const { sockets, slow, drops, errors } = await overflowing("drop-newest");
    expect(drops()).toBeGreaterThan(0);
    expect(sockets.stats().dropped).toBe(drops());
    slow.read();
    await until(() => slow.texts.length === COUNT - drops());
    expect(slow.texts.map(numberOf)).toEqual(numbers.slice(0, COUNT - drops()));
    await until(() => sockets.stats().unsentBytes === 0);
    await sendAll(sockets, [COUNT], "drop-newest");
    await until(() => slow.texts.length === COUNT - drops() + 1);
    expect(numberOf(slow.texts.at(-1) ?? "")).toBe(COUNT);
    expect(errors).toEqual([]);
  });

  test("are told of on onesocket:dropped with the socket and the topic", async () => {
    const { dropped, slowSocket } = await overflowing("drop-newest");
    for (const each of dropped) {
      expect(each).toEqual({
        id: slowSocket?.id,
        socket: slowSocket,
        messages: 1,
        topic: "all",
      });
    }
    expect(dropped.length).toBeGreaterThan(0);
  });

  test("are the latest alone where nothing may wait", async () => {
    const { slow, drops, errors } = await overflowing("drop-oldest", { maxUnsent: 0 });
    slow.read();
    await until(() => slow.texts.length + drops() === COUNT);
    expect(numberOf(slow.texts.at(-1) ?? "")).toBe(COUNT - 1);
    expect(errors).toEqual([]);
  });

  test("close on nobody, though each is more than may wait and compressed for each client", async () => {
    const server = await startSockets({
      compression: Compression.CONTEXT_TAKEOVER,
      maxUnsent: KIB,
    });
    const errors = published<ErrorMessage>("onesocket:error");
    const { texts } = await openClient(server, { perMessageDeflate: true });
    await sendAll(server.sockets, [1, 2, 3], "drop-oldest");
    await until(() => numberOf(texts.at(-1) ?? "") === 3);
    expect(errors).toEqual([]);
    expect(server.sockets.size).toBe(1);
  });

  test("that were held back are given up with their client", async () => {
    const { sockets, slow } = await overflowing("drop-oldest");
    slow.destroy();
    await until(() => sockets.size === 1);
    expect(sockets.to("all").size).toBe(1);
    expect(sockets.to("all").send("on")).toBe(1);
  });
});

describe("a socket that fails", () => {
  test("does not stop the loop, and its error is told of", async () => {
    const server = await startSockets();
    const errors = published<ErrorMessage>("onesocket:error");
    const clients = [
      await openClient(server),
      await openClient(server),
      await openClient(server),
    ] as const;
    const [first] = server.sockets;
    const failure = new Error("out of memory");
    const spy = vi.spyOn(WsAdapter.prototype, "sendFrame").mockImplementationOnce(() => {
      throw failure;
    });
    onTestFinished(() => spy.mockRestore());
    expect(server.sockets.broadcast("news")).toBe(2);
    await until(() => clients[1].texts.length + clients[2].texts.length === 2);
    expect(errors).toEqual([{ error: failure, id: first?.id, socket: first }]);
    expect(server.sockets.broadcast("more")).toBe(3);
    await until(() => clients.every(({ texts }) => texts.at(-1) === "more"));
    expect(clients[0].texts).toEqual(["more"]);
  });

  test("at the end of the turn does not keep the messages of the others back", async () => {
    const server = await startSockets();
    const clients = [await openClient(server), await openClient(server)] as const;
    const failure = new Error("write failed");
    const uncaught = takeUncaught();
    // Before the first frame: a socket that is watched from the start is written to by its stream.
    const spy = vi.spyOn(Socket.prototype, "write").mockImplementationOnce(() => {
      throw failure;
    });
    onTestFinished(() => spy.mockRestore());
    server.sockets.broadcast("news");
    await until(() => clients[1].texts.length === 1);
    expect(uncaught.thrown).toEqual([failure]);
  });
});

describe("framing and compression", () => {
  /** The buffers over 1 KiB that are written while the test runs. */
  function watchWrites(): Uint8Array[] {
    const written: Uint8Array[] = [];
    const { write } = Socket.prototype;
    const spy = vi.spyOn(Socket.prototype, "write").mockImplementation(function (
      this: Socket,
      ...given: unknown[]
    ) {
      if (given[0] instanceof Uint8Array && given[0].length > KIB) written.push(given[0]);
      return Reflect.apply(write, this, given);
    });
    onTestFinished(() => spy.mockRestore());
    return written;
  }

  /** Compresses, but not to less than 1 KiB. */
  const large = Array.from({ length: 10_000 }, (_, index) => index.toString(36)).join(" ");

  test("are done once for all", async () => {
    const server = await startSockets();
    const clients = [await openClient(server), await openClient(server), await openClient(server)];
    const written = watchWrites();
    server.sockets.broadcast("small");
    server.sockets.broadcast(large);
    await until(() => clients.every(({ texts }) => texts.length === 2));
    expect(written).toHaveLength(3);
    expect(new Set(written).size).toBe(1);
  });

  test("are done once for each kind of client, whatever their order, and all get the same", async () => {
    const server = await startSockets({ compression: Compression.NO_CONTEXT });
    const kinds: ClientOptions[] = [
      { perMessageDeflate: false },
      { perMessageDeflate: true },
      { perMessageDeflate: { serverMaxWindowBits: 10 } },
    ];
    const clients: { client: Ws; texts: string[] }[] = [];
    for (const kind of [...kinds, ...kinds, ...kinds]) clients.push(await openClient(server, kind));
    const written = watchWrites();
    // The first is too small to be compressed, and alike for all.
    for (const message of ["small", large, "tail"]) server.sockets.broadcast(message);
    await until(() => clients.every(({ texts }) => texts.length === 3));
    for (const { texts } of clients) expect(texts).toEqual(["small", large, "tail"]);
    expect(written).toHaveLength(9);
    const kindsWritten = written.slice(0, kinds.length);
    expect(new Set(kindsWritten).size).toBe(kinds.length);
    for (const [index, bytes] of written.entries()) {
      expect(bytes).toBe(kindsWritten[index % kinds.length]);
    }
    const [plain, deflated] = kindsWritten;
    expect(deflated?.length).toBeLessThan(plain?.length ?? 0);
  });

  test("are each client's own where it keeps a context, and it gets the same", async () => {
    const server = await startSockets({ compression: Compression.CONTEXT_TAKEOVER });
    const clients = [
      await openClient(server, { perMessageDeflate: true }),
      await openClient(server, { perMessageDeflate: false }),
      await openClient(server, { perMessageDeflate: true }),
    ];
    for (const message of ["small", large, "tail"]) server.sockets.broadcast(message);
    await until(() => clients.every(({ texts }) => texts.length === 3));
    for (const { texts } of clients) expect(texts).toEqual(["small", large, "tail"]);
  });
});
