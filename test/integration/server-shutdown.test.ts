/** Shutdown: who is sent away, who is waited for, and what is left of it. */

import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { type Connection, connect } from "../../src/index.ts";
import type { WebSockets } from "../../src/server/index.ts";
import { handshake, makeSockets, serve, startHttp } from "../support/serving.ts";
import { rejected, thrown } from "../support/sockets.ts";

const AWAY = { code: 1001, reason: "Server shutting down...", wasClean: true };
const NOT_OPEN = { kind: "INTERNAL", code: "ERR_NOT_OPEN" };

test("all are closed on with 1001 and the reason, by route or hook", async () => {
  const { sockets, url } = await serve();
  sockets.onUpgrade = () => {};
  sockets.route("/chat", (connection) => connection.closed);
  const clients = [await connect(`${url}/chat`), await connect(`${url}/other`)];
  await sockets.shutdown();
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([AWAY, AWAY]);
  expect([sockets.size, sockets.stats().closed]).toEqual([0, { 1001: 2 }]);
});

test("messages sent before it arrive", async () => {
  const { sockets, url } = await serve();
  const client = await connect(url);
  sockets.broadcast("last words");
  await sockets.shutdown();
  expect(await client.receive()).toBe("last words");
});

test("a second call gives the same promise, whatever it asks for", async () => {
  const { sockets } = await serve();
  const first = sockets.shutdown({ timeout: "1s" });
  expect(sockets.shutdown({ timeout: 1 })).toBe(first);
  await first;
  expect(sockets.shutdown()).toBe(first);
});

test("await using shuts down", async () => {
  const { sockets } = await serve();
  {
    await using owned = sockets;
    expect(owned.size).toBe(0);
  }
  expect(await rejected(sockets.listen())).toMatchObject(NOT_OPEN);
});

test.each([{ timeout: "soon" }, { timeout: -1 }, { reconnectAfter: "1 s" }])(
  "%j is INVALID, and nothing is shut down",
  async (options) => {
    const { sockets, url } = await serve();
    expect(thrown(() => sockets.shutdown(options))).toMatchObject({ code: "ERR_INVALID_OPTION" });
    expect((await handshake(url)).status).toBe(101);
  },
);

/** A server whose one client has a handler that goes on until it is let go. */
interface Slow {
  readonly url: string;
  readonly client: Connection;
  readonly sockets: WebSockets;
  letGo(): void;
  /** Starts to shut down. */
  begin(): Promise<void>;
}

describe("meanwhile", () => {
  async function startSlow(): Promise<Slow> {
    const { server, url } = await startHttp();
    const { sockets } = makeSockets();
    const end = new Deferred<void>();
    sockets.attach(server).route("/", () => end.promise);
    const client = await connect(url);
    const begin = (): Promise<void> => sockets.shutdown({ timeout: 0, reconnectAfter: "1500ms" });
    return { url, client, sockets, letGo: end.resolve, begin };
  }

  test("who comes is refused with 503 and Retry-After, in whole seconds", async () => {
    const { url, letGo, begin } = await startSlow();
    const done = begin();
    const { status, headers } = await handshake(url);
    expect([status, headers["retry-after"]]).toEqual([503, "2"]);
    letGo();
    await done;
    expect((await handshake(url)).status).toBe(503);
  });

  test("a handler is waited for, after its connection has gone", async () => {
    const { client, sockets, letGo, begin } = await startSlow();
    const order: string[] = [];
    const gone = Promise.all([...sockets].map((socket) => socket.read()));
    const done = begin().then(() => order.push("shut down"));
    await Promise.all([client.closed, gone]);
    await new Promise((resolve) => setImmediate(resolve));
    order.push("let go");
    letGo();
    await done;
    expect(order).toEqual(["let go", "shut down"]);
  });

  test("without an end for reconnectAfter no time is named", async () => {
    const { server, url } = await startHttp();
    const { sockets } = makeSockets();
    await sockets.attach(server).shutdown({ reconnectAfter: Number.POSITIVE_INFINITY });
    const { status, headers } = await handshake(url);
    expect([status, headers["retry-after"]]).toEqual([503, undefined]);
  });

  test("another takes its place on an attached server", async () => {
    const { server, url } = await startHttp();
    const old = makeSockets().sockets.attach(server);
    await old.shutdown();
    const { sockets } = makeSockets();
    sockets.attach(server).route("/", (connection) => connection.send("new"));
    const connection = await connect(url);
    expect(await connection.receive()).toBe("new");
  });

  test("who was attached beside it before takes its paths", async () => {
    const { server, url } = await startHttp();
    const [old, other] = [makeSockets().sockets, makeSockets().sockets];
    old.attach(server);
    other.attach(server);
    await old.shutdown();
    const client = await connect(url);
    expect([old.size, other.size]).toEqual([0, 1]);
    await client.close();
  });

  test("an attached server's other requests live on", async () => {
    const { server, url } = await startHttp();
    const { sockets } = makeSockets();
    await sockets.attach(server).shutdown();
    expect(await (await fetch(url.replace("ws:", "http:"))).text()).toBe("plain");
  });

  test("who is being asked for by authenticate is refused, and its signal is aborted", async () => {
    const asked = new Deferred<AbortSignal>();
    const { sockets, url } = await serve({
      handshakeTimeout: 0,
      authenticate: (_request, signal) => {
        asked.resolve(signal);
        return new Promise(() => {});
      },
    });
    const answered = handshake(url);
    const signal = await asked.promise;
    await sockets.shutdown();
    expect(signal.aborted).toBe(true);
    expect((await answered).status).toBe(503);
    expect(sockets.stats().refused).toEqual({ ERR_SHUTTING_DOWN: 1 });
  });
});

describe("after the timeout", () => {
  test("who does not answer is dropped", async () => {
    const { sockets, url } = await serve();
    const { socket } = await handshake(url);
    socket.resume();
    const gone = new Promise((resolve) => socket.once("close", resolve));
    await sockets.shutdown({ timeout: "20ms" });
    await gone;
    expect(sockets.stats()).toMatchObject({ open: 0, closed: { 1006: 1 } });
  });

  test("a handler that does not end is no longer waited for", async () => {
    const { sockets, url } = await serve();
    sockets.route("/", () => new Promise(() => {}));
    const client = await connect(url);
    await sockets.shutdown({ timeout: "20ms" });
    expect(await client.closed).toEqual(AWAY);
  });

  test("it is 5 s, unless it is said", async () => {
    const { sockets, url } = await serve();
    const { socket } = await handshake(url);
    socket.resume();
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const done = sockets.shutdown();
    vi.advanceTimersByTime(4_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sockets.size).toBe(1);
    vi.advanceTimersByTime(1);
    await done;
    expect(sockets.size).toBe(0);
  });
});

describe("a server of its own", () => {
  test("no longer listens, and has dropped idle connections", async () => {
    const { sockets, port } = await serve();
    const idle = connectTcp(port, "127.0.0.1");
    await once(idle, "connect");
    const ended = once(idle, "close");
    await sockets.shutdown();
    await ended;
    const next = connectTcp(port, "127.0.0.1");
    const [error] = await once(next, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("does not stay behind when it only starts to listen", async () => {
    const { sockets } = makeSockets();
    const listening = rejected(sockets.listen(0, { host: "127.0.0.1" }));
    await sockets.shutdown();
    expect(await listening).toMatchObject(NOT_OPEN);
  });

  test("listen and attach after it throw ERR_NOT_OPEN", async () => {
    const { server } = await startHttp();
    const { sockets } = await serve();
    await sockets.shutdown();
    expect(await rejected(sockets.listen())).toMatchObject(NOT_OPEN);
    expect(thrown(() => sockets.attach(server))).toMatchObject(NOT_OPEN);
    expect(server.listenerCount("upgrade")).toBe(0);
  });
});
