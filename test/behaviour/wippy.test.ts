/** The rows of the Wippy table that are of a connection, in Node and in a page. */

import { describe, expect, inject, test } from "vitest";
import {
  after,
  CloseCode,
  Compression,
  type ConnectOptions,
  connect,
  createPolicy,
  isSocketError,
  MessageType,
  type SocketError,
  select,
  setDefaultPolicy,
} from "../../src/index.ts";
import { rejected } from "../support/sockets.ts";

const server = inject("server");
const isPage = typeof document !== "undefined";
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("options", () => {
  test.each<[string, object, RegExp]>([
    ["channelCapacity", { channelCapacity: 0 }, /channelCapacity is 0, must be 1\.\.10000/],
    [
      "channelCapacity",
      { channelCapacity: 10_001 },
      /channelCapacity is 10001, must be 1\.\.10000/,
    ],
    ["channelCapacity", { channelCapacity: 1.5 }, /channelCapacity is 1\.5/],
    ["readTimeout", { readTimeout: "soon" }, /readTimeout is soon, must be 0 or more ms/],
    ["writeTimeout", { writeTimeout: -1 }, /writeTimeout is -1, must be 0 or more ms/],
    ["dialTimeout", { dialTimeout: "10 s" }, /dialTimeout is "?10 s"?, must be 0 or more ms/],
    ["maxBacklog", { maxBacklog: 0 }, /maxBacklog is 0, must be 1 or more bytes/],
    ["protocols", { protocols: ["a b"] }, /a b/],
    ["policy", { policy: "allow" }, /policy is allow, must be a policy/],
    ["policy", { policy: [{}] }, /policy is \[object Object\], must be a policy/],
    ["readTimeout", { readTimeout: Symbol("x") }, /readTimeout is Symbol\(x\), must be/],
    ["unknown", { unknown: 1 }, /option "unknown"/],
  ])("wippy options: a wrong %s is INVALID, naming it: %j", async (option, options, message) => {
    const error = await rejected(connect(`${server}/echo`, options));
    expect(error).toMatchObject({
      kind: "INVALID",
      retryable: false,
      details: { options: [option] },
    });
    expect((error as SocketError).message).toMatch(message);
    expect((error as SocketError).message).toMatch(/^connect: /);
  });

  test("wippy options: one error lists every wrong option, and nothing is dialled", async () => {
    const options = { channelCapacity: 0, readTimeout: "soon", protocols: ["a", "a"], signal: 5 };
    const error = await rejected(
      connect("ftp://nowhere.test", options as unknown as ConnectOptions),
    );
    expect(error).toMatchObject({
      code: "ERR_INVALID_OPTION",
      details: { options: ["url", "protocols", "channelCapacity", "readTimeout", "signal"] },
    });
  });

  test("wippy options: null stands for none, and the usual transport is known everywhere", async () => {
    await (await connect(`${server}/echo`, null as unknown as ConnectOptions)).close();
    await (await connect(`${server}/echo`, { transport: "socket" })).close();
  });

  test("wippy options: protocols are offered, and the server's choice is known", async () => {
    await using connection = await connect(`${server}/echo?choose=two`, {
      protocols: ["one", "two"],
    });
    expect(connection.protocol).toBe("two");
  });

  test("wippy read_timeout: silence ends the connection with TIMEOUT", async () => {
    const connection = await connect(`${server}/echo`, { readTimeout: "50ms" });
    expect(await connection.receive()).toBeNull();
    expect(connection.error).toMatchObject({
      kind: "TIMEOUT",
      retryable: true,
      code: "ERR_READ_TIMEOUT",
    });
    expect((await connection.closed).code).toBe(1006);
  });

  test("wippy channel_capacity: a full inbox drops nothing, and order is kept", async () => {
    const texts = Array.from({ length: 500 }, (_item, index) => `text=${index}`);
    const connection = await connect(`${server}/burst?${texts.join("&")}&close`, {
      channelCapacity: 1,
    });
    const seen: unknown[] = [];
    for await (const message of connection) seen.push(Number(message));
    expect(seen).toEqual(texts.map((_text, index) => index));
  });
});

describe("messages", () => {
  test("wippy send: MessageType.BINARY makes bytes of text, MessageType.TEXT text of bytes", async () => {
    await using connection = await connect(`${server}/echo`);
    expect(MessageType).toEqual({ TEXT: 1, BINARY: 2 });
    await connection.send("hé", MessageType.BINARY);
    expect(await connection.receive()).toEqual(bytes(0x68, 0xc3, 0xa9));
    await connection.send(bytes(0x68, 0x69), MessageType.TEXT);
    expect(await connection.receive()).toBe("hi");
    await connection.send({ a: 1 }, MessageType.BINARY);
    expect(await connection.receive()).toBeInstanceOf(Uint8Array);
  });

  test("wippy send: bytes that are no UTF-8 can't be text, and there is no third type", async () => {
    await using connection = await connect(`${server}/echo`);
    expect(await rejected(connection.send(bytes(0xff), MessageType.TEXT))).toMatchObject({
      kind: "INVALID",
    });
    expect(await rejected(connection.send("x", 3 as MessageType))).toMatchObject({
      kind: "INVALID",
    });
  });

  test("wippy ping: resolves with the round trip in ms; a page can't, and says so", async () => {
    await using connection = await connect(`${server}/echo`);
    if (isPage) {
      expect(await rejected(connection.ping())).toMatchObject({
        kind: "INVALID",
        code: "ERR_UNSUPPORTED",
      });
      return;
    }
    const [first, second] = await Promise.all([connection.ping(), connection.ping()]);
    expect(first).toBeGreaterThanOrEqual(0);
    expect(second).toBeGreaterThanOrEqual(0);
  });

  test("wippy channel: the same each time; delivers { type, data }, ok false once closed and drained", async () => {
    const connection = await connect(`${server}/echo`);
    const channel = connection.channel();
    expect(connection.channel()).toBe(channel);
    await connection.send("text");
    await connection.sendBytes([1]);
    expect(await channel.receive()).toEqual({ value: { type: "text", data: "text" }, ok: true });
    expect(await channel.receive()).toEqual({
      value: { type: "binary", data: bytes(1) },
      ok: true,
    });
    await connection.close();
    expect(await channel.receive()).toEqual({ value: undefined, ok: false });
  });

  test("wippy channel: can be iterated", async () => {
    const connection = await connect(`${server}/burst?text=a&text=b&close`);
    const seen: unknown[] = [];
    for await (const { type, data } of connection.channel()) seen.push([type, data]);
    expect(seen).toEqual([
      ["text", "a"],
      ["text", "b"],
    ]);
  });

  test("wippy channel.select: with a channel of time.after, as a keep-alive has it", async () => {
    await using connection = await connect(`${server}/echo`);
    const channel = connection.channel();
    const timeout = after("5ms");
    const silent = await select([channel.caseReceive(), timeout.caseReceive()]);
    expect(silent).toMatchObject({ channel: timeout, ok: true });
    await connection.send("now");
    const message = await select([channel.caseReceive(), after("30s").caseReceive()]);
    expect(message).toMatchObject({ channel, ok: true, value: { type: "text", data: "now" } });
  });

  test("wippy message types: ping, pong and close are not delivered as messages", async () => {
    const connection = await connect(`${server}/ping`);
    expect(await connection.receive()).toBe("pong from the server");
    await connection.close();
    expect(await connection.receive()).toBeNull();
  });
});

describe("the end", () => {
  test("wippy close: a code and a reason; CloseCode has the table", async () => {
    const connection = await connect(`${server}/echo`);
    const info = await connection.close(
      isPage ? 4001 : CloseCode.INTERNAL_ERROR,
      "Processing failed",
    );
    expect(info).toEqual({
      code: isPage ? 4001 : 1011,
      reason: "Processing failed",
      wasClean: true,
    });
  });

  test.each([[1005], [1006], [1004], [999], [5000], [2999]])(
    "wippy close: %d may not be sent, is INVALID, and the connection goes on",
    async (code) => {
      await using connection = await connect(`${server}/echo`);
      const error = await rejected(connection.close(code));
      expect(error).toMatchObject({ kind: "INVALID", code: "ERR_INVALID_CLOSE" });
      await connection.send("on");
      expect(await connection.receive()).toBe("on");
    },
  );

  test("wippy close: a reason over 123 bytes is INVALID", async () => {
    await using connection = await connect(`${server}/echo`);
    const error = await rejected(connection.close(1000, "é".repeat(62)));
    expect(error).toMatchObject({ kind: "INVALID", code: "ERR_INVALID_CLOSE" });
  });

  test("wippy CLOSE_CODES: all of the document, and those of the registry", () => {
    expect(CloseCode).toMatchObject({
      NORMAL: 1000,
      GOING_AWAY: 1001,
      PROTOCOL_ERROR: 1002,
      UNSUPPORTED_DATA: 1003,
      RESERVED: 1004,
      NO_STATUS: 1005,
      ABNORMAL_CLOSURE: 1006,
      INVALID_PAYLOAD: 1007,
      POLICY_VIOLATION: 1008,
      MESSAGE_TOO_BIG: 1009,
      MANDATORY_EXTENSION: 1010,
      INTERNAL_ERROR: 1011,
      SERVICE_RESTART: 1012,
      TRY_AGAIN_LATER: 1013,
      BAD_GATEWAY: 1014,
      TLS_HANDSHAKE: 1015,
    });
    expect(Compression).toEqual({ DISABLED: 0, CONTEXT_TAKEOVER: 1, NO_CONTEXT: 2 });
  });

  test("wippy errors: a lost connection ends iteration with its reason, once all was read", async () => {
    const connection = await connect(`${server}/terminate-after-message`);
    await connection.send("go");
    const error = await rejected(
      (async () => {
        for await (const _message of connection);
      })(),
    );
    expect(isSocketError(error, "INTERNAL")).toBe(true);
    expect(error).toBe(connection.error);
    expect(error).toMatchObject({ retryable: true });
  });

  test("wippy errors: a signal ends the connection with CANCELED", async () => {
    const controller = new AbortController();
    const connection = await connect(`${server}/echo`, { signal: controller.signal });
    const waiting = connection.receive();
    controller.abort();
    expect(await waiting).toBeNull();
    expect(connection.error).toMatchObject({ kind: "CANCELED" });
    expect(await rejected(connect(`${server}/echo`, { signal: controller.signal }))).toMatchObject({
      kind: "CANCELED",
    });
  });
});

describe("permissions", () => {
  const none = createPolicy([]);
  const local = createPolicy([
    { effect: "allow", actions: ["websocket.connect"], resources: ["*"] },
    { effect: "allow", actions: ["websocket.connect.url"], resources: ["ws://127.0.0.1:*/echo"] },
  ]);

  test("wippy permissions: connections disabled, or a URL that is not allowed, are PERMISSION_DENIED", async () => {
    for (const [url, policy] of [
      [`${server}/echo`, none],
      [`${server}/other`, local],
    ] as const) {
      const error = await rejected(connect(url, { policy }));
      expect(error).toMatchObject({ kind: "PERMISSION_DENIED", retryable: false });
    }
    await using connection = await connect(`${server}/echo`, { policy: local });
    expect(connection.connected).toBe(true);
  });

  test("wippy permissions: a default policy is for those that bring none", async () => {
    setDefaultPolicy(none);
    try {
      expect(await rejected(connect(`${server}/echo`))).toMatchObject({
        kind: "PERMISSION_DENIED",
      });
      await (await connect(`${server}/echo`, { policy: local })).close();
    } finally {
      setDefaultPolicy(null);
    }
  });
});
