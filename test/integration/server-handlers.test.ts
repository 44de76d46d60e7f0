/** Handlers: how a connection ends with them, and where what they throw goes. */

import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import WsPeer from "ws";
import { Deferred } from "../../src/base/deferred.ts";
import { type Connection, connect } from "../../src/index.ts";
import { type Handler, type ServerConnection, WebSockets } from "../../src/server/index.ts";
import { handshake, type Serving, serve } from "../support/serving.ts";

/** A server whose one route has `handler`, and what becomes of a connection by it. */
async function route(handler: Handler, options = {}): Promise<Serving & { done: Promise<void> }> {
  const serving = await serve(options);
  const done = new Deferred<void>();
  serving.sockets.route("/", async (connection, request) => {
    try {
      await handler(connection, request);
    } finally {
      done.resolve();
    }
  });
  return { ...serving, done: done.promise };
}

describe("the end", () => {
  const ENDS: readonly [string, number, Handler][] = [
    ["returns", 1000, () => {}],
    ["returns anything", 1000, () => ({ a: 1 })],
    ["resolves", 1000, async () => "done"],
    [
      "throws",
      1011,
      () => {
        throw new Error("inside");
      },
    ],
    [
      "rejects",
      1011,
      async () => {
        throw new Error("inside");
      },
    ],
  ];

  test.each(ENDS)(
    "of a connection whose handler %s is %i, with no reason",
    async (_how, code, handler) => {
      const { url } = await route(handler);
      const client = await connect(url);
      expect(await client.closed).toEqual({ code, reason: "", wasClean: true });
    },
  );

  test("comes behind all that the handler has sent", async () => {
    const { url } = await route((connection) => {
      for (let i = 0; i < 100; i += 1) void connection.send(`${i}`);
    });
    const seen: unknown[] = [];
    for await (const message of await connect(url)) seen.push(message);
    expect(seen).toEqual(Array.from({ length: 100 }, (_value, i) => `${i}`));
  });

  test("is the handler's own where it has closed already", async () => {
    const { url, errors } = await route((connection) => connection.close(4001, "enough"));
    const client = await connect(url);
    expect(await client.closed).toEqual({ code: 4001, reason: "enough", wasClean: true });
    expect(errors).toEqual([]);
  });

  test("is the client's where that closes first, and the handler sees it", async () => {
    const seen = new Deferred<unknown>();
    const { url } = await route(async (connection) => seen.resolve(await connection.closed));
    const client = await connect(url);
    await client.close(4002, "bye");
    expect(await seen.promise).toEqual({ code: 4002, reason: "bye", wasClean: true });
  });
});

describe("onError", () => {
  test("gets the error as it was thrown, and the connection", async () => {
    const error = Object.assign(new Error("inside"), { own: 1 });
    let connection: Connection | null = null;
    const { url, errors } = await route((given) => {
      connection = given;
      throw error;
    });
    await (await connect(url)).closed;
    expect(errors).toHaveLength(1);
    expect(errors[0]?.error).toBe(error);
    expect(errors[0]?.who).toBe(connection);
  });

  test("gets what is no error, too", async () => {
    const { url, errors } = await route(() => Promise.reject(undefined));
    await (await connect(url)).closed;
    expect(errors.map(({ error }) => error)).toEqual([undefined]);
  });

  test("gets what onUpgrade throws, with the socket, which stays open", async () => {
    const { sockets, url, errors } = await serve();
    const thrown = [new Error("at once"), new Error("later")];
    let count = 0;
    sockets.onUpgrade = () => {
      const error = thrown[count++];
      if (count === 1) throw error;
      return Promise.reject(error);
    };
    await using first = await connect(url);
    await using second = await connect(url);
    expect(errors.map(({ error }) => error)).toEqual(thrown);
    expect(errors.map(({ who }) => who)).toEqual([...sockets]);
    expect([first.connected, second.connected]).toEqual([true, true]);
  });

  test("nothing of what was thrown reaches the peer", async () => {
    const { url } = await route(async (connection) => {
      await connection.send("hello");
      throw new Error("secret");
    });
    const { socket, head } = await handshake(url);
    let told = head.toString("latin1");
    while (!told.includes("\x88\x02\x03\xf3")) {
      const [chunk] = await once(socket, "data");
      told += chunk.toString("latin1");
    }
    // A close frame of the code, and nothing else.
    expect(told).toBe("\x81\x05hello\x88\x02\x03\xf3");
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("second");
      },
    ],
    ["rejects", () => Promise.reject(new Error("second"))],
  ])("that %s is told of on the console, with what it was told", async (_how, onError) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const first = new Error("first");
    const { url } = await route(
      () => {
        throw first;
      },
      { onError },
    );
    expect(await (await connect(url)).closed).toMatchObject({ code: 1011 });
    expect(log.mock.calls).toEqual([
      [
        expect.any(String),
        expect.objectContaining({ message: "second" }),
        expect.any(String),
        first,
      ],
    ]);
  });

  test("not given, the console is told", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const sockets = new WebSockets();
    onTestFinished(() => sockets.shutdown({ timeout: 1 }));
    const error = new Error("inside");
    sockets.route("/", () => Promise.reject(error));
    const { port } = await sockets.listen(0, { host: "127.0.0.1" });
    await (await connect(`ws://127.0.0.1:${port}/`)).closed;
    expect(log.mock.calls).toEqual([[expect.any(String), error]]);
  });
});

describe("the connection's own end is no error of the handler", () => {
  /** What a handler does once its client has gone. */
  const WAYS: readonly [string, (connection: ServerConnection) => unknown][] = [
    [
      "sends after it",
      async (connection) => {
        await connection.closed;
        await connection.send("too late");
      },
    ],
    [
      "waits for a pong",
      async (connection) => {
        await connection.send("go");
        await connection.ping({ timeout: Number.POSITIVE_INFINITY });
      },
    ],
    [
      "reads until the end",
      async (connection) => {
        for await (const _message of connection);
      },
    ],
  ];

  test.each(WAYS)("that %s, when the client closes", async (_what, handler) => {
    const { url, errors, done } = await route(handler);
    const client = new WsPeer(url, { autoPong: false });
    onTestFinished(() => client.terminate());
    await new Promise((resolve) => client.once("open", resolve));
    client.close(1000);
    await done;
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([]);
  });

  test.each(WAYS)("that %s, when the client is lost", async (_what, handler) => {
    const { url, errors, done } = await route(handler);
    const { socket } = await handshake(url);
    socket.destroy();
    await done;
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([]);
  });

  test("another connection's end is one: the handler did not see to it", async () => {
    const { sockets, url, errors } = await serve();
    const first = new Deferred<ServerConnection>();
    sockets.route("/first", async (connection) => {
      first.resolve(connection);
      await connection.closed;
    });
    sockets.route("/second", async (connection) => {
      const other = await first.promise;
      await other.closed;
      await connection.receive();
      await other.send("are you there?");
    });
    await (await connect(`${url}/first`)).close();
    const client = await connect(`${url}/second`);
    await client.send("now");
    expect(await client.closed).toMatchObject({ code: 1011 });
    expect(errors.map(({ error }) => error)).toEqual([
      expect.objectContaining({ code: "ERR_NOT_OPEN" }),
    ]);
  });

  test("an error of the handler's own is one, though the client has gone", async () => {
    const error = new Error("could not save");
    const { url, errors, done } = await route(async (connection) => {
      await connection.closed;
      throw error;
    });
    await (await connect(url)).close();
    await done;
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors.map((told) => told.error)).toEqual([error]);
  });
});

test("AsyncLocalStorage is kept across receive, send, and the end", async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const { url, done } = await route((connection, request) =>
    storage.run(request.url.search, async () => {
      seen.push(await connection.receive(), storage.getStore());
      await connection.send("got it");
      seen.push(storage.getStore());
      await connection.closed;
      seen.push(storage.getStore());
    }),
  );
  const client = await connect(`${url}/?ann`);
  await client.send("hello");
  expect(await client.receive()).toBe("got it");
  await client.close();
  await done;
  expect(seen).toEqual(["hello", "?ann", "?ann", "?ann"]);
});
