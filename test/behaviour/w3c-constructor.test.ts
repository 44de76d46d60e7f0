/** The constructor as the WHATWG standard has it, in Node and in a page. */

import { describe, expect, inject, test } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { closed, opened, thrown } from "../support/sockets.ts";

const server = inject("server");

describe("the constructor", () => {
  test.each([
    ["not a URL at all", "http://["],
    ["another scheme", "ftp://127.0.0.1/"],
    ["a mail address", "mailto:someone@example.com"],
    ["a fragment", "ws://127.0.0.1/#part"],
    ["an empty fragment", "ws://127.0.0.1/#"],
    ["a bad port", "ws://127.0.0.1:65536/"],
  ])("throws a SyntaxError for %s", (_what, url) => {
    expect(thrown(() => new WebSocket(url))).toMatchObject({ name: "SyntaxError", code: 12 });
  });

  test("its errors are DOMExceptions", () => {
    expect(thrown(() => new WebSocket("ws://["))).toBeInstanceOf(DOMException);
  });

  test.each([
    ["an empty one", ""],
    ["a space", "a b"],
    ["a comma", "a,b"],
    ["a character beyond ASCII", "ü"],
    ["a control character", "a\u0000"],
    ["a separator", "a/b"],
    ["one given twice", ["a", "a"]],
    ["a bad one among good ones", ["a", "b c"]],
  ])("throws a SyntaxError for a subprotocol with %s", (_what, protocols) => {
    expect(thrown(() => new WebSocket(server, protocols))).toMatchObject({ name: "SyntaxError" });
  });

  test("throws a TypeError without arguments and when called without new", () => {
    const call: unknown = WebSocket;
    expect(thrown(() => Reflect.construct(WebSocket, []))).toBeInstanceOf(TypeError);
    expect(thrown(() => (call as () => void)())).toBeInstanceOf(TypeError);
  });

  test("url is the URL as parsed, http taken as ws and https as wss", async () => {
    const port = new URL(server).port;
    const cases = [
      [`ws://127.0.0.1:${port}`, `ws://127.0.0.1:${port}/`],
      [`HTTP://127.0.0.1:${port}/echo?a=b c`, `ws://127.0.0.1:${port}/echo?a=b%20c`],
      [`ws:127.0.0.1:${port}`, `ws://127.0.0.1:${port}/`],
    ] as const;
    for (const [given, url] of cases) {
      const socket = new WebSocket(given);
      expect(socket.url).toBe(url);
      socket.close();
      await closed(socket);
    }
  });

  test("takes a URL object", async () => {
    const socket = new WebSocket(new URL(`${server}/echo`));
    await opened(socket);
    expect(socket.url).toBe(`${server}/echo`);
    socket.close();
    await closed(socket);
  });

  test("starts in CONNECTING with nothing negotiated", async () => {
    const socket = new WebSocket(`${server}/echo`);
    const { readyState, protocol, extensions, bufferedAmount, binaryType } = socket;
    expect({ readyState, protocol, extensions, bufferedAmount, binaryType }).toEqual({
      readyState: 0,
      protocol: "",
      extensions: "",
      bufferedAmount: 0,
      binaryType: "arraybuffer",
    });
    socket.close();
    await closed(socket);
  });

  test.each([
    ["a string", "chat", "chat"],
    ["a list", ["one", "two"], "one"],
    ["any iterable", new Set(["three"]), "three"],
    ["null for none", null, ""],
    ["an empty list", [], ""],
  ])("takes protocols as %s", async (_what, protocols, chosen) => {
    const socket = new WebSocket(`${server}/echo`, protocols);
    await opened(socket);
    expect(socket.protocol).toBe(chosen);
    socket.close();
    await closed(socket);
  });
});

describe("the class as Web IDL has it", () => {
  test("constants stand on the class and its prototype, enumerable and fixed", () => {
    const names = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
    for (const owner of [WebSocket, WebSocket.prototype]) {
      expect({
        ...Object.fromEntries(Object.keys(names).map((n) => [n, Reflect.get(owner, n)])),
      }).toEqual(names);
      for (const name of Object.keys(names)) {
        expect(Object.getOwnPropertyDescriptor(owner, name)).toMatchObject({
          writable: false,
          enumerable: true,
          configurable: false,
        });
      }
    }
  });

  test("it is an EventTarget, with its tag", async () => {
    const socket = new WebSocket(`${server}/echo`);
    expect(socket).toBeInstanceOf(EventTarget);
    expect(Object.getPrototypeOf(WebSocket.prototype)).toBe(EventTarget.prototype);
    expect(`${socket}`).toBe("[object WebSocket]");
    expect(WebSocket.name).toBe("WebSocket");
    socket.close();
    await closed(socket);
  });

  test("attributes and methods are enumerable on the prototype, with their lengths", () => {
    const { prototype } = WebSocket;
    for (const name of [
      "url",
      "readyState",
      "bufferedAmount",
      "onopen",
      "onmessage",
      "onclose",
      "onerror",
      "extensions",
      "protocol",
      "close",
      "send",
      "binaryType",
    ]) {
      expect(Object.getOwnPropertyDescriptor(prototype, name)).toMatchObject({ enumerable: true });
    }
    expect([WebSocket.length, prototype.send.length, prototype.close.length]).toEqual([1, 1, 0]);
  });

  test("readonly attributes can't be set", async () => {
    const socket = new WebSocket(`${server}/echo`);
    for (const name of ["url", "readyState", "bufferedAmount", "protocol", "extensions"]) {
      expect(Reflect.set(socket, name, "changed")).toBe(false);
    }
    socket.close();
    await closed(socket);
  });

  test("binaryType takes its two values and ignores others", async () => {
    const socket = new WebSocket(`${server}/echo`);
    Reflect.set(socket, "binaryType", "nodebuffer");
    expect(socket.binaryType).toBe("arraybuffer");
    socket.binaryType = "blob";
    expect(socket.binaryType).toBe("blob");
    socket.close();
    await closed(socket);
  });

  test("a subclass can be made, and keeps its own constructor's arguments", async () => {
    class Chat extends WebSocket {
      readonly room: string;
      constructor(room: string) {
        super(`${server}/echo`);
        this.room = room;
      }
    }
    const chat = new Chat("lobby");
    await opened(chat);
    expect(chat.room).toBe("lobby");
    chat.close();
    await closed(chat);
  });
});
