/** Limits: how many may come and how fast, how much a client may send, and who counts for whom behind a proxy. */

import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { connect, type WebSocket } from "../../src/index.ts";
import type { WebSocketsOptions } from "../../src/server/index.ts";
import { handshake, type Serving, serve } from "../support/serving.ts";

/** The statuses of so many handshakes, one after the other; those accepted stay open. */
async function statuses(url: string, count: number, fields = {}): Promise<number[]> {
  const answers: number[] = [];
  for (let i = 0; i < count; i += 1) answers.push((await handshake(url, fields)).status);
  return answers;
}

/** What the server's socket of a client reported as its end. */
interface End {
  readonly code: number;
  readonly error: unknown;
}

/** A server, and how the socket of its first client ends there. */
async function serveOne(options: WebSocketsOptions): Promise<Serving & { ended: Promise<End> }> {
  const serving = await serve(options);
  const ended = new Deferred<End>();
  serving.sockets.onUpgrade = async (socket: WebSocket) => {
    let error: unknown = null;
    socket.onerror = (event) => {
      error = event.error;
    };
    const { code } = await socket.read();
    ended.resolve({ code, error });
  };
  return { ...serving, ended: ended.promise };
}

describe("connections", () => {
  test("more than maxConnections are refused with 503, until one leaves", async () => {
    const { sockets, url } = await serve({ maxConnections: 2 });
    const client = await connect(url);
    expect(await statuses(url, 2)).toEqual([101, 503]);
    expect(sockets.stats().refused).toEqual({ ERR_TOO_MANY_CONNECTIONS: 1 });
    await client.close();
    expect(await statuses(url, 1)).toEqual([101]);
  });

  test("a handshake that is refused gives its place back", async () => {
    const { sockets, url } = await serve({ maxConnections: 1 });
    sockets.route("/chat", (connection) => connection.closed);
    expect(await statuses(`${url}/other`, 3)).toEqual([404, 404, 404]);
    expect(await statuses(`${url}/chat`, 1, { Origin: "http://x.example" })).toEqual([403]);
    expect(await statuses(`${url}/chat`, 2)).toEqual([101, 503]);
  });

  test("more than maxConnectionsPerAddress are refused with 429", async () => {
    const { sockets, url } = await serve({ maxConnectionsPerAddress: 2 });
    expect(await statuses(url, 3)).toEqual([101, 101, 429]);
    expect(sockets.stats().refused).toEqual({ ERR_TOO_MANY_FROM_ADDRESS: 1 });
  });

  test("more than upgradesPerSecond are refused with 429 and Retry-After, until time has passed", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { sockets, url } = await serve({ upgradesPerSecond: 2 });
    expect(await statuses(url, 2)).toEqual([101, 101]);
    const { status, headers } = await handshake(url);
    expect([status, headers["retry-after"]]).toEqual([429, "1"]);
    vi.advanceTimersByTime(500);
    expect(await statuses(url, 2)).toEqual([101, 429]);
    expect(sockets.stats().refused).toEqual({ ERR_TOO_MANY_UPGRADES: 2 });
  });
});

describe("trustProxy", () => {
  const from = (address: string): object => ({ "X-Forwarded-For": address });

  test("not given, X-Forwarded-For is not believed: all count for the proxy", async () => {
    const { url } = await serve({ maxConnectionsPerAddress: 1 });
    expect(await statuses(url, 1, from("192.0.2.1"))).toEqual([101]);
    expect(await statuses(url, 1, from("192.0.2.2"))).toEqual([429]);
  });

  test("given, clients count by the address that the proxy says, and requests have it", async () => {
    const options = { maxConnectionsPerAddress: 1, trustProxy: "loopback" };
    const { sockets, url } = await serve(options);
    const addresses: string[] = [];
    sockets.onUpgrade = (_socket, { address }) => void addresses.push(address);
    expect(await statuses(url, 2, from("192.0.2.1"))).toEqual([101, 429]);
    // What the client itself wrote in front of the proxy's own is not believed.
    expect(await statuses(url, 1, from("198.51.100.9, 192.0.2.1"))).toEqual([429]);
    expect(await statuses(url, 1, from("192.0.2.2"))).toEqual([101]);
    expect(addresses).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  test("given, X-Forwarded-Proto makes the request's URL wss:, and its own origin https:", async () => {
    const { sockets, url } = await serve({ trustProxy: 1 });
    const schemes: string[] = [];
    sockets.onUpgrade = (_socket, request) => void schemes.push(request.url.protocol);
    const Origin = url.replace("ws:", "https:");
    expect(await statuses(url, 1, { Origin, "X-Forwarded-Proto": "https" })).toEqual([101]);
    expect(await statuses(url, 1, { Origin })).toEqual([403]);
    expect(schemes).toEqual(["wss:"]);
  });
});

describe("messages", () => {
  test("more than messagesPerSecond close the connection with 1008, and are not delivered", async () => {
    const { sockets, url, ended } = await serveOne({ messagesPerSecond: 3 });
    const heard: unknown[] = [];
    const hook = sockets.onUpgrade;
    sockets.onUpgrade = (socket, request) => {
      socket.addListener("message", (_event, data) => void heard.push(data));
      return hook?.(socket, request);
    };
    const client = await connect(url);
    for (let i = 0; i < 5; i += 1) void client.send(`${i}`).catch(() => {});
    expect(await client.closed).toMatchObject({ code: 1008, reason: "too many messages" });
    expect(await ended).toMatchObject({
      error: { kind: "RATE_LIMITED", code: "ERR_TOO_FAST", retryable: true },
    });
    expect(heard).toEqual(["0", "1", "2"]);
  });

  test("as many as messagesPerSecond in each second are fine", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { sockets, url } = await serve({ messagesPerSecond: 2 });
    sockets.route("/", async (connection) => {
      for await (const message of connection) await connection.send(message);
    });
    await using client = await connect(url);
    for (let second = 0; second < 3; second += 1) {
      for (const text of ["a", "b"]) {
        await client.send(text);
        expect(await client.receive()).toBe(text);
      }
      vi.advanceTimersByTime(1_000);
    }
  });

  test("more bytes than bytesPerSecond close the connection with 1008", async () => {
    const { url, ended } = await serveOne({ bytesPerSecond: 100, readLimit: 60 });
    const client = await connect(url);
    // Each of four bytes in UTF-8.
    for (let i = 0; i < 3; i += 1) void client.send("😀".repeat(10)).catch(() => {});
    expect(await client.closed).toMatchObject({ code: 1008 });
    expect(await ended).toMatchObject({ error: { code: "ERR_TOO_FAST" } });
  });

  test("a message as large as readLimit may always come, however small bytesPerSecond", async () => {
    const { sockets, url } = await serve({ bytesPerSecond: 1, readLimit: 1_000 });
    sockets.route("/", async (connection) => {
      const message = await connection.receive();
      await connection.send(`${message?.length}`);
    });
    await using client = await connect(url);
    await client.send("x".repeat(1_000));
    expect(await client.receive()).toBe("1000");
  });

  test("a message over readLimit closes the connection with 1009", async () => {
    const { url, ended } = await serveOne({ readLimit: 10 });
    const client = await connect(url);
    await client.send("x".repeat(11));
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(await ended).toMatchObject({ error: { code: "ERR_MESSAGE_TOO_BIG" } });
  });

  test("readLimit of 0 lets only empty messages come", async () => {
    const { sockets, url, ended } = await serveOne({ readLimit: 0 });
    const client = await connect(url);
    await client.send("");
    await client.send("x");
    expect(await client.closed).toMatchObject({ code: 1009 });
    await ended;
    expect(sockets.stats().messagesIn).toBe(1);
  });
});
