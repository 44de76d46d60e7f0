/** The registry and its topics: who is here, by id, in order, and by what they have joined. */

import { describe, expect, onTestFinished, test } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { type Connection, connect, type WebSocket } from "../../src/index.ts";
import type { ServerConnection, WebSockets } from "../../src/server/index.ts";
import { makeSockets, type Serving, serve } from "../support/serving.ts";
import { thrown } from "../support/sockets.ts";

/** Both ends of a connection. */
interface Pair {
  readonly client: Connection;
  readonly connection: ServerConnection;
}

/** A server whose handlers last as long as their connections, and what connects to it. */
async function startPairs(): Promise<Serving & { join(): Promise<Pair> }> {
  const serving = await serve();
  let next = new Deferred<ServerConnection>();
  serving.sockets.route("/", async (connection) => {
    next.resolve(connection);
    await connection.closed;
  });
  const join = async (): Promise<Pair> => {
    next = new Deferred();
    const client = await connect(serving.url);
    onTestFinished(async () => void (await client.close()));
    return { client, connection: await next.promise };
  };
  return { ...serving, join };
}

/** How the clients are reached: what each has heard when the server has shut down. */
async function heardBy(sockets: WebSockets, ...clients: Connection[]): Promise<unknown[][]> {
  const shutdown = sockets.shutdown();
  const heard = await Promise.all(
    clients.map(async (client) => {
      const messages: unknown[] = [];
      for await (const message of client) messages.push(message);
      return messages;
    }),
  );
  await shutdown;
  return heard;
}

describe("registry", () => {
  test("get gives the socket of an id; of another it throws NOT_FOUND, which shows the id", async () => {
    const { sockets, join } = await startPairs();
    const { connection } = await join();
    expect(sockets.get(connection.id)).toBe(connection.socket);
    expect(thrown(() => sockets.get("ws-0\n"))).toMatchObject({
      kind: "NOT_FOUND",
      code: "ERR_NO_SOCKET",
      message: expect.stringContaining('"ws-0\\n"'),
    });
  });

  test("get of an id that is not required gives undefined", () => {
    const { sockets } = makeSockets();
    expect(sockets.get("ws-0", false)).toBeUndefined();
  });

  test("iteration gives those who are here, in the order in which they came", async () => {
    const { sockets, join } = await startPairs();
    const pairs = [await join(), await join(), await join()];
    const [first, second, third] = pairs.map(({ connection }) => connection.socket);
    expect([...sockets]).toEqual([first, second, third]);
    await pairs[1]?.client.close();
    await second?.read();
    expect([...sockets]).toEqual([first, third]);
    expect(sockets.size).toBe(2);
  });

  test("iteration may close what it gives", async () => {
    const { sockets, join } = await startPairs();
    const pairs = [await join(), await join()];
    for (const socket of sockets) socket.close(4000);
    const ends = await Promise.all(pairs.map(({ client }) => client.closed));
    expect(ends.map(({ code }) => code)).toEqual([4000, 4000]);
  });

  test("a socket has left before its close listeners run, from its topics as well", async () => {
    const { sockets, join } = await startPairs();
    const { client, connection } = await join();
    const { socket } = connection.join("tea");
    const seen = new Deferred<unknown[]>();
    socket.addListener("close", () => {
      seen.resolve([sockets.size, sockets.get(socket.id, false), sockets.to("tea").size]);
    });
    await client.close();
    expect(await seen.promise).toEqual([0, undefined, 0]);
  });

  test("two servers don't know each other's sockets", async () => {
    const [first, second] = [await startPairs(), await startPairs()];
    const { connection } = await first.join();
    expect(second.sockets.get(connection.id, false)).toBeUndefined();
    expect(second.sockets.to("tea").add(connection)).toBe(false);
    expect(second.sockets.broadcast("hello")).toBe(0);
  });
});

describe("broadcast", () => {
  test("sends what send would: text, bytes, an object as JSON text", async () => {
    const { sockets, join } = await startPairs();
    const { client } = await join();
    const sent = ["text", Uint8Array.of(1, 2), { a: 1 }];
    expect(sent.map((data) => sockets.broadcast(data))).toEqual([1, 1, 1]);
    expect(await heardBy(sockets, client)).toEqual([["text", Uint8Array.of(1, 2), '{"a":1}']]);
  });

  test.each([[5], [null], [undefined], [new Map()]])("of %j is INVALID", (data) => {
    const { sockets } = makeSockets();
    const invalid = { kind: "INVALID", code: "ERR_INVALID_MESSAGE" };
    expect(thrown(() => sockets.broadcast(data))).toMatchObject(invalid);
    expect(thrown(() => sockets.to("tea").send(data))).toMatchObject(invalid);
  });

  test("keeps its place among what is sent to one, and leaves out who is closing", async () => {
    const { sockets, join } = await startPairs();
    const [first, second] = [await join(), await join()];
    void first.connection.send("1");
    sockets.broadcast("2");
    void first.connection.send("3");
    void second.connection.close();
    expect(sockets.broadcast("4")).toBe(1);
    expect(await heardBy(sockets, first.client, second.client)).toEqual([
      ["1", "2", "3", "4"],
      ["2"],
    ]);
  });
});

describe("topics", () => {
  test("join and leave: who has joined gets what is sent to the topic", async () => {
    const { sockets, join } = await startPairs();
    const [ann, bob, eve] = [await join(), await join(), await join()];
    for (const { connection } of [ann, bob]) connection.join("tea").join("tea");
    expect(sockets.to("tea").send("one")).toBe(2);
    ann.connection.leave("tea").leave("tea");
    expect(sockets.to("tea").send("two")).toBe(1);
    expect(await heardBy(sockets, ann.client, bob.client, eve.client)).toEqual([
      ["one"],
      ["one", "two"],
      [],
    ]);
  });

  test("topics of a connection are those that it has joined, until it closes", async () => {
    const { join } = await startPairs();
    const { client, connection } = await join();
    connection.join("tea").join("coffee").join("").leave("tea");
    expect(connection.topics).toEqual(["coffee", ""]);
    await client.close();
    await connection.closed;
    connection.join("late");
    expect(connection.topics).toEqual([]);
  });

  test("add, delete and has take a socket or what has one, and tell what changed", async () => {
    const { sockets, join } = await startPairs();
    const { connection } = await join();
    const topic = sockets.to("tea");
    expect([topic.name, topic.has(connection), topic.size]).toEqual(["tea", false, 0]);
    expect([topic.add(connection.socket), topic.add(connection)]).toEqual([true, false]);
    expect([topic.has(connection.socket), connection.topics]).toEqual([true, ["tea"]]);
    expect([topic.delete(connection), topic.delete(connection.socket)]).toEqual([true, false]);
    expect([topic.has(connection), topic.size]).toEqual([false, 0]);
  });

  test("a socket that has closed can't be added any more", async () => {
    const { sockets, join } = await startPairs();
    const { client, connection } = await join();
    await client.close();
    await connection.closed;
    expect(sockets.to("tea").add(connection)).toBe(false);
    expect(sockets.to("tea").size).toBe(0);
  });

  test("iteration gives the members in the order in which they joined", async () => {
    const { sockets, join } = await startPairs();
    const [ann, bob] = [await join(), await join()];
    for (const { connection } of [bob, ann]) connection.join("tea");
    const members: WebSocket[] = [...sockets.to("tea")];
    expect(members).toEqual([bob.connection.socket, ann.connection.socket]);
  });

  test("except leaves out the one who sent it; one who is no member changes nothing", async () => {
    const { sockets, join } = await startPairs();
    const [ann, bob, eve] = [await join(), await join(), await join()];
    for (const { connection } of [ann, bob]) connection.join("tea");
    const topic = sockets.to("tea");
    expect(topic.send("1", { except: ann.connection })).toBe(1);
    expect(topic.send("2", { except: bob.connection.socket })).toBe(1);
    expect(topic.send("3", { except: eve.connection })).toBe(2);
    expect(await heardBy(sockets, ann.client, bob.client)).toEqual([
      ["2", "3"],
      ["1", "3"],
    ]);
  });

  test("a topic is gone with its last member, and sending to it reaches nobody", async () => {
    const { sockets, join } = await startPairs();
    const { client, connection } = await join();
    connection.join("tea");
    await client.close();
    await connection.closed;
    const topic = sockets.to("tea");
    expect([topic.size, [...topic], topic.send("hello?")]).toEqual([0, [], 0]);
  });
});
