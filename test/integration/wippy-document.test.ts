/** The examples of the Wippy document, translated, each against a real server. */

import { describe, expect, inject, test } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import {
  after,
  CloseCode,
  Compression,
  type Connection,
  connect,
  createPolicy,
  isSocketError,
  MessageType,
  type Policy,
  select,
} from "../../src/index.ts";
import { startPeerServer } from "../support/listening.ts";
import { startAnswerer, startTalker } from "../support/talkers.ts";

const server = inject("server");
const ECHO = `${server}/echo`;

describe("messages", () => {
  test("wippy document: loading, basic connection", async () => {
    const client = await connect(ECHO);
    expect(client.connected).toBe(true);
    await client.close();
  });

  test("wippy document: connection with options", async () => {
    const client = await connect(`${server}/request?deflate`, {
      headers: { Authorization: "Bearer token" },
      protocols: ["graphql-ws"],
      dialTimeout: "10s",
      readTimeout: "30s",
      compression: Compression.CONTEXT_TAKEOVER,
    });
    const { headers } = JSON.parse(`${await client.receive()}`);
    expect(headers.authorization).toBe("Bearer token");
    expect(client.protocol).toBe("graphql-ws");
    expect(client.extensions).toMatch(/^permessage-deflate/);
    await client.close();
  });

  test("wippy document: text messages", async () => {
    const client = await connect(ECHO);
    await client.send("Hello, Server!");
    await client.send(JSON.stringify({ type: "subscribe", channel: "orders" }));
    expect(await client.receive()).toBe("Hello, Server!");
    expect(await client.receive()).toBe('{"type":"subscribe","channel":"orders"}');
    await client.close();
  });

  test("wippy document: binary messages", async () => {
    const client = await connect(ECHO);
    await client.send("binary data", MessageType.BINARY);
    expect(await client.receive()).toEqual(new TextEncoder().encode("binary data"));
    await client.close();
  });

  test("wippy document: ping", async () => {
    const client = await connect(ECHO);
    expect(await client.ping()).toBeGreaterThan(0);
    await client.close();
  });

  test("wippy document: basic receive", async () => {
    const client = await connect(await startTalker("hello"));
    const { value, ok } = await client.channel().receive();
    expect(ok && ["Type:", value.type, "Data:", value.data]).toEqual([
      ...["Type:", "text", "Data:", "hello"],
    ]);
  });

  test("wippy document: message loop", async () => {
    const client = await connect(await startTalker('{"n":1}', Buffer.alloc(1), '{"n":2}'));
    const handled: unknown[] = [];
    const channel = client.channel();
    while (true) {
      const { value, ok } = await channel.receive();
      if (!ok) break;
      if (value.type === "text") handled.push(JSON.parse(value.data));
    }
    expect(handled).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test("wippy document: with select, a ping whenever nothing came for a while", async () => {
    const url = await startPeerServer({
      serve: (peer) => peer.on("ping", () => peer.send('{"process":"me"}')),
    });
    const client = await connect(url);
    const channel = client.channel();
    let timeout = after("1ms");
    let processed: unknown;
    while (processed === undefined) {
      const result = await select([channel.caseReceive(), timeout.caseReceive()]);
      if (result.channel === timeout) {
        await client.ping();
        timeout = after("1ms");
      } else processed = JSON.parse(`${Reflect.get(Object(result.value), "data")}`);
    }
    expect(processed).toEqual({ process: "me" });
    await client.close();
  });
});

describe("the end and the constants", () => {
  test.each<[what: string, close: (client: Connection) => Promise<unknown>, expected: object]>([
    ["normal", (client) => client.close(), { code: 1000, reason: "" }],
    [
      "with code and reason",
      (client) => client.close(CloseCode.NORMAL, "Session ended"),
      { code: 1000, reason: "Session ended" },
    ],
    [
      "error",
      (client) => client.close(CloseCode.INTERNAL_ERROR, "Processing failed"),
      { code: 1011, reason: "Processing failed" },
    ],
    ["done", (client) => client.close(CloseCode.NORMAL, "Done"), { code: 1000, reason: "Done" }],
  ])("wippy document: closing, %s: the server is told", async (_what, close, expected) => {
    const told = new Deferred<object>();
    const url = await startPeerServer({
      serve: (peer) =>
        peer.on("close", (code, reason) => told.resolve({ code, reason: `${reason}` })),
    });
    await close(await connect(url));
    expect(await told.promise).toEqual(expected);
  });

  test("wippy document: message types, numeric to send, words when received", async () => {
    const client = await connect(ECHO);
    await client.send("one", MessageType.TEXT);
    await client.send("two", MessageType.BINARY);
    const types = [await client.channel().receive(), await client.channel().receive()];
    expect(types.map(({ value }) => value?.type)).toEqual(["text", "binary"]);
    await client.close();
  });

  test.each([
    ["DISABLED", ""],
    ["CONTEXT_TAKEOVER", "permessage-deflate"],
    ["NO_CONTEXT", "permessage-deflate; server_no_context_takeover; client_no_context_takeover"],
  ] as const)("wippy document: compression modes, %s", async (mode, extensions) => {
    const client = await connect(`${ECHO}?deflate`, { compression: Compression[mode] });
    expect(client.extensions).toBe(extensions);
    const text = "all the same ".repeat(100);
    await client.send(text);
    expect(await client.receive()).toBe(text);
    await client.close();
  });
});

describe("examples", () => {
  /** Gives each message of a room to `onMessage`, until the connection ends. */
  async function chat(url: string, room: string, onMessage: (data: unknown) => void) {
    const client = await connect(url, { headers: { Authorization: "Bearer token" } });
    await client.send(JSON.stringify({ type: "join", room }));
    for await (const { data } of client.channel()) onMessage(JSON.parse(`${data}`));
    await client.close();
  }

  test("wippy document: real-time chat", async () => {
    const heard: string[] = [];
    const url = await startAnswerer(heard, (peer) => {
      for (const text of ["hi", "bye"]) peer.send(JSON.stringify({ text }));
      peer.close(CloseCode.NORMAL);
    });
    const messages: unknown[] = [];
    await chat(url, "lobby", (data) => messages.push(data));
    expect(heard).toEqual(['{"type":"join","room":"lobby"}']);
    expect(messages).toEqual([{ text: "hi" }, { text: "bye" }]);
  });

  test("wippy document: price stream with keep-alive", async () => {
    const heard: string[] = [];
    const tick = (symbol: string, value: number): string => JSON.stringify({ symbol, value });
    const url = await startAnswerer(heard, (peer) => {
      peer.send(tick("BTC-USD", 1));
      peer.once("ping", () => {
        peer.send(tick("ETH-USD", 2));
        peer.close(CloseCode.NORMAL);
      });
    });
    const client = await connect(url);
    await client.send({ action: "subscribe", symbols: ["BTC-USD", "ETH-USD"] });
    const prices = new Map<string, number>();
    const channel = client.channel();
    let heartbeat = after("5ms");
    while (true) {
      const result = await select([channel.caseReceive(), heartbeat.caseReceive()]);
      if (result.channel === heartbeat) {
        await client.ping();
        heartbeat = after("30s");
      } else if (!result.ok) {
        break;
      } else {
        const { symbol, value } = JSON.parse(`${Reflect.get(result.value, "data")}`);
        prices.set(symbol, value);
      }
    }
    await client.close();
    expect(heard).toEqual(['{"action":"subscribe","symbols":["BTC-USD","ETH-USD"]}']);
    expect(Object.fromEntries(prices)).toEqual({ "BTC-USD": 1, "ETH-USD": 2 });
  });

  test.each<[told: RegExp, url: string, policy: Policy | undefined]>([
    [/^Access denied: connect ws:.*: a policy denies websocket\.connect$/, ECHO, createPolicy([])],
    [/^Temporary error: WebSocket ws:.*: connection failed/, `${server}/hang-up`, undefined],
  ])("wippy document: errors, %s", async (told, url, policy) => {
    const explained = await connect(url, { policy }).catch((error: unknown) => {
      if (isSocketError(error, "PERMISSION_DENIED")) return `Access denied: ${error.message}`;
      if (isSocketError(error) && error.retryable) return `Temporary error: ${error.message}`;
      throw error;
    });
    expect(explained).toMatch(told);
  });
});
