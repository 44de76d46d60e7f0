/** The client rows of the Scriptling table, in Node and in a page. */

import { describe, expect, inject, test } from "vitest";
import { ByteBuffer, connect, isBinary, isSocketError, isText } from "../../src/index.ts";
import { rejected } from "../support/sockets.ts";

const server = inject("server");
const isPage = typeof document !== "undefined";
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("connect", () => {
  test("scriptling connect: resolves with an open connection", async () => {
    const connection = await connect(`${server}/echo`, { dialTimeout: "10s" });
    expect(connection.connected).toBe(true);
    expect(connection.socket.readyState).toBe(1);
    await connection.close();
  });

  test("scriptling connect: headers reach the server; a page can't send any, and says so", async () => {
    const dial = () => connect(`${server}/request`, { headers: { "x-token": "abc" } });
    if (isPage) {
      expect(await rejected(dial())).toMatchObject({ kind: "INVALID", code: "ERR_UNSUPPORTED" });
      return;
    }
    const connection = await dial();
    expect(JSON.parse(`${await connection.receive()}`).headers["x-token"]).toBe("abc");
    await connection.close();
  });

  test("scriptling connect: rejects with why there is no connection", async () => {
    const error = await rejected(connect(`${server}/status?code=404`));
    expect(isSocketError(error, "INTERNAL")).toBe(true);
    if (!isPage) expect(error).toMatchObject({ retryable: false, details: { status: 404 } });
  });

  test("scriptling connect: a server that says nothing ends it after dialTimeout", async () => {
    const error = await rejected(connect(`${server}/silent`, { dialTimeout: 50 }));
    expect(error).toMatchObject({ kind: "TIMEOUT", retryable: true, code: "ERR_DIAL_TIMEOUT" });
  });
});

describe("send", () => {
  test("scriptling send: a string is text, bytes are binary, an object or an array is JSON text", async () => {
    await using connection = await connect(`${server}/echo`);
    for (const [sent, expected] of [
      ["Hello, WebSocket!", "Hello, WebSocket!"],
      ["", ""],
      [{ type: "ping", data: "test" }, '{"type":"ping","data":"test"}'],
      [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
      [[1, "two", null], '[1,"two",null]'],
      [bytes(1, 2, 255), bytes(1, 2, 255)],
      [bytes(1, 2, 3).buffer, bytes(1, 2, 3)],
      [new DataView(bytes(1, 2, 3).buffer, 1), bytes(2, 3)],
      [ByteBuffer.from("hi"), bytes(104, 105)],
    ] as const) {
      await connection.send(sent);
      expect(await connection.receive()).toEqual(expected);
    }
  });

  test.each([
    ["a number", 5],
    ["null", null],
    ["nothing", undefined],
    ["a date", new Date(0)],
    ["a map", new Map()],
    ["a function", () => {}],
    ["a symbol", Symbol("x")],
    ["what has nothing to say in JSON", { toJSON: () => undefined }],
  ])("scriptling send: %s is INVALID, and the connection goes on", async (_name, value) => {
    await using connection = await connect(`${server}/echo`);
    expect(await rejected(connection.send(value))).toMatchObject({
      kind: "INVALID",
      code: "ERR_INVALID_MESSAGE",
      retryable: false,
    });
    await connection.send("still here");
    expect(await connection.receive()).toBe("still here");
  });

  test("scriptling send: an object that refers to itself is INVALID", async () => {
    await using connection = await connect(`${server}/echo`);
    const circle = {};
    Object.assign(circle, { circle });
    expect(await rejected(connection.send(circle))).toMatchObject({ code: "ERR_INVALID_MESSAGE" });
  });

  test("scriptling send: rejects when the connection is not open", async () => {
    const connection = await connect(`${server}/echo`);
    await connection.close();
    expect(await rejected(connection.send("late"))).toMatchObject({
      kind: "INTERNAL",
      code: "ERR_NOT_OPEN",
      retryable: false,
    });
  });

  test("scriptling send_binary: bytes, a ByteBuffer, and a list of integers 0..255", async () => {
    await using connection = await connect(`${server}/echo`);
    for (const data of [[1, 2, 3, 255], bytes(9), new ByteBuffer(2), []]) {
      await connection.sendBytes(data);
      const expected = data instanceof ByteBuffer ? bytes(0, 0) : Uint8Array.from(data);
      expect(await connection.receive()).toEqual(expected);
    }
  });

  test.each([[[256]], [[-1]], [[1.5]], [["1"]]])(
    "scriptling send_binary: %j is INVALID",
    async (data) => {
      await using connection = await connect(`${server}/echo`);
      expect(await rejected(connection.sendBytes(data as number[]))).toMatchObject({
        kind: "INVALID",
      });
    },
  );
});

describe("receive", () => {
  test("scriptling receive: null on timeout, which is harmless: the next call gets the next message", async () => {
    await using connection = await connect(`${server}/echo`);
    expect(await connection.receive("5ms")).toBeNull();
    expect(await connection.receive({ timeout: 0 })).toBeNull();
    await connection.send("one");
    expect(await connection.receive("5s")).toBe("one");
  });

  test("scriptling receive: concurrent receivers are served in order, one that timed out consumes nothing", async () => {
    await using connection = await connect(`${server}/echo`);
    const first = connection.receive();
    const late = connection.receive(1);
    const third = connection.receive();
    expect(await late).toBeNull();
    await connection.send("a");
    await connection.send("b");
    expect([await first, await third]).toEqual(["a", "b"]);
  });

  test('scriptling receive: "" and empty bytes are messages', async () => {
    await using connection = await connect(`${server}/echo`);
    await connection.send("");
    await connection.sendBytes([]);
    expect([await connection.receive(), await connection.receive()]).toEqual(["", bytes()]);
  });

  test("scriptling receive: null after the end, at once", async () => {
    const connection = await connect(`${server}/close?code=1000`);
    expect(await connection.receive()).toBeNull();
    expect(await connection.receive()).toBeNull();
    expect(connection.connected).toBe(false);
  });

  test("scriptling receive: what is no duration is INVALID", async () => {
    await using connection = await connect(`${server}/echo`);
    for (const wrong of ["soon", -1, Number.NaN]) {
      expect(await rejected(connection.receive(wrong))).toMatchObject({ kind: "INVALID" });
    }
  });

  test("scriptling receive: an aborted signal rejects with CANCELED and consumes nothing", async () => {
    await using connection = await connect(`${server}/echo`);
    const controller = new AbortController();
    const aborted = rejected(connection.receive({ signal: controller.signal }));
    controller.abort(new Error("enough"));
    expect(await aborted).toMatchObject({
      kind: "CANCELED",
      code: "ERR_ABORTED",
      cause: controller.signal.reason,
    });
    await connection.send("kept");
    expect(await rejected(connection.receive({ signal: controller.signal }))).toMatchObject({
      kind: "CANCELED",
    });
    expect(await connection.receive()).toBe("kept");
  });
});

describe("the rest", () => {
  test("scriptling connected: true until everything that came before the close has been received", async () => {
    const connection = await connect(`${server}/burst?text=a&text=&text=c&close`);
    await connection.closed;
    const seen: unknown[] = [];
    while (connection.connected) seen.push(await connection.receive());
    expect(seen).toEqual(["a", "", "c"]);
  });

  test("scriptling close: resolves once it has closed; closing again changes nothing", async () => {
    const connection = await connect(`${server}/echo`);
    const first = connection.close();
    const second = connection.close(4000, "again");
    expect(await first).toEqual({ code: 1000, reason: "", wasClean: true });
    expect(await second).toEqual(await connection.closed);
    expect(connection.error).toBeNull();
  });

  test("scriptling remote_addr: ip:port in Node, empty in a page", async () => {
    await using connection = await connect(`${server}/echo`);
    expect(connection.remoteAddress).toMatch(isPage ? /^$/ : /^127\.0\.0\.1:\d+$/);
  });

  test("scriptling is_text, is_binary: tell messages apart; null is neither", () => {
    expect([isText(""), isText(bytes()), isText(null)]).toEqual([true, false, false]);
    expect([isBinary(""), isBinary(bytes()), isBinary(null)]).toEqual([false, true, false]);
  });
});
