/** send, binaryType and bufferedAmount as the WHATWG standard has them, in Node and in a page. */

import { describe, expect, inject, test } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { closed, nextEvent, opened, thrown } from "../support/sockets.ts";

const server = inject("server");

async function withEcho(use: (socket: WebSocket) => Promise<void>): Promise<void> {
  const socket = new WebSocket(`${server}/echo`);
  await opened(socket);
  await use(socket);
  socket.close();
  await closed(socket);
}

async function echoOf(socket: WebSocket, data: unknown): Promise<unknown> {
  Reflect.apply(socket.send, socket, [data]);
  return (await nextEvent(socket, "message")).data;
}

const bytesOf = (data: unknown): number[] => [...new Uint8Array(data as ArrayBuffer)];

describe("send", () => {
  test("throws InvalidStateError while connecting, and TypeError without an argument", async () => {
    const socket = new WebSocket(`${server}/echo`);
    expect(thrown(() => socket.send("x"))).toMatchObject({ name: "InvalidStateError", code: 11 });
    expect(thrown(() => Reflect.apply(socket.send, socket, []))).toBeInstanceOf(TypeError);
    socket.close();
    await closed(socket);
  });

  test("converts its argument before it looks at the state", async () => {
    const socket = new WebSocket(`${server}/echo`);
    const broken = {
      toString(): string {
        throw new RangeError("not today");
      },
    };
    expect(thrown(() => Reflect.apply(socket.send, socket, [broken]))).toBeInstanceOf(RangeError);
    expect(thrown(() => Reflect.apply(socket.send, socket, [Symbol("s")]))).toBeInstanceOf(
      TypeError,
    );
    socket.close();
    await closed(socket);
  });

  test.each([
    ["text", "hello", "hello"],
    ["the empty string", "", ""],
    ["text beyond the basic plane", "ünï😀\u0000", "ünï😀\u0000"],
    ["an unpaired high surrogate", "a\ud800", "a\ufffd"],
    ["an unpaired low surrogate", "\udc00b", "\ufffdb"],
    ["a number", 12.5, "12.5"],
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["an object with toString", { toString: () => "made" }, "made"],
  ])("sends %s as text", (_what, given, echoed) =>
    withEcho(async (socket) => {
      expect(await echoOf(socket, given)).toBe(echoed);
    }),
  );

  test.each([
    ["an ArrayBuffer", new Uint8Array([1, 2, 3]).buffer, [1, 2, 3]],
    ["an empty ArrayBuffer", new ArrayBuffer(0), []],
    ["a Uint8Array", new Uint8Array([4, 5]), [4, 5]],
    ["part of a buffer", new Uint8Array([1, 2, 3, 4]).subarray(1, 3), [2, 3]],
    [
      "a wider view",
      new Uint16Array([0x0102]),
      [...new Uint8Array(new Uint16Array([0x0102]).buffer)],
    ],
    ["a DataView", new DataView(new Uint8Array([9, 8, 7]).buffer, 1), [8, 7]],
    ["a Blob", new Blob([new Uint8Array([6, 7])]), [6, 7]],
    ["an empty Blob", new Blob([]), []],
  ])("sends %s as bytes", (_what, given, echoed) =>
    withEcho(async (socket) => {
      expect(bytesOf(await echoOf(socket, given))).toEqual(echoed);
    }),
  );

  test("refuses shared memory", () =>
    withEcho(async (socket) => {
      if (typeof SharedArrayBuffer === "undefined") return;
      const view = new Uint8Array(new SharedArrayBuffer(4));
      expect(thrown(() => socket.send(view))).toBeInstanceOf(TypeError);
    }));

  test("takes the bytes at once, also those that wait behind a Blob", () =>
    withEcho(async (socket) => {
      const bytes = new Uint8Array([1]);
      const seen: unknown[] = [];
      socket.onmessage = ({ data }) => seen.push(bytesOf(data));
      socket.send(bytes);
      bytes[0] = 2;
      socket.send(new Blob(["B"]));
      socket.send(bytes);
      bytes[0] = 3;
      while (seen.length < 3) await nextEvent(socket, "message");
      expect(seen).toEqual([[1], [66], [2]]);
    }));

  test("keeps the order of Blobs among other messages", () =>
    withEcho(async (socket) => {
      const seen: string[] = [];
      socket.onmessage = ({ data }) => {
        seen.push(typeof data === "string" ? data : new TextDecoder().decode(data as ArrayBuffer));
      };
      socket.send("1");
      socket.send(new Blob(["2".repeat(100_000)]));
      socket.send("3");
      socket.send(new Blob(["4"]));
      socket.send(new Blob(["5"]));
      socket.send("6");
      while (seen.length < 6) await nextEvent(socket, "message");
      expect(seen.map((text) => text[0])).toEqual(["1", "2", "3", "4", "5", "6"]);
    }));

  test("a message of 1 MiB comes back whole", () =>
    withEcho(async (socket) => {
      const text = "0123456789abcdef".repeat(65_536);
      expect(await echoOf(socket, text)).toBe(text);
    }));
});

describe("binaryType", () => {
  test("delivers ArrayBuffers of just the message's length", () =>
    withEcho(async (socket) => {
      const data = await echoOf(socket, new Uint8Array([1, 2, 3]));
      expect(data).toBeInstanceOf(ArrayBuffer);
      expect((data as ArrayBuffer).byteLength).toBe(3);
    }));

  test("set to blob, delivers Blobs in order with text", () =>
    withEcho(async (socket) => {
      socket.binaryType = "blob";
      const seen: unknown[] = [];
      socket.onmessage = ({ data }) => seen.push(data);
      socket.send(new Uint8Array([1, 2]));
      socket.send("text");
      while (seen.length < 2) await nextEvent(socket, "message");
      expect(seen[0]).toBeInstanceOf(Blob);
      expect(bytesOf(await (seen[0] as Blob).arrayBuffer())).toEqual([1, 2]);
      expect(seen[1]).toBe("text");
    }));
});

describe("bufferedAmount", () => {
  test.each([
    ["text, in bytes of UTF-8", "ünï😀", 9],
    ["an unpaired surrogate, as U+FFFD", "\ud800", 3],
    ["an ArrayBuffer", new ArrayBuffer(11), 11],
    ["a view, its own part", new Uint8Array(20).subarray(5, 9), 4],
    ["a Blob", new Blob(["12345"]), 5],
    ["nothing", "", 0],
  ])("counts %s, at once", (_what, data, bytes) =>
    withEcho(async (socket) => {
      socket.send(data);
      expect(socket.bufferedAmount).toBe(bytes);
      socket.send(data);
      expect(socket.bufferedAmount).toBe(2 * bytes);
      await nextEvent(socket, "message");
      await nextEvent(socket, "message");
      expect(socket.bufferedAmount).toBe(0);
    }),
  );

  test("does not fall within the task that sends", () =>
    withEcho(async (socket) => {
      for (let count = 1; count <= 100; count += 1) {
        socket.send("x".repeat(1000));
        expect(socket.bufferedAmount).toBe(1000 * count);
      }
    }));

  test("only grows once closing has begun, and is never reset", async () => {
    const socket = new WebSocket(`${server}/echo`);
    await opened(socket);
    socket.close();
    socket.send("ü");
    socket.send(new Uint8Array(3));
    expect(socket.bufferedAmount).toBe(5);
    await closed(socket);
    expect(socket.bufferedAmount).toBe(5);
    socket.send(new Blob(["1234"]));
    socket.send("😀");
    expect(socket.bufferedAmount).toBe(13);
  });
});
