/** Events and handler attributes as the WHATWG standard has them, in Node and in a page. */

import { describe, expect, inject, test } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { closed, nextEvent, opened } from "../support/sockets.ts";

const server = inject("server");

async function echoSocket(): Promise<WebSocket> {
  const socket = new WebSocket(`${server}/echo`);
  await opened(socket);
  return socket;
}

async function shut(socket: WebSocket): Promise<void> {
  socket.close();
  await closed(socket);
}

describe("events", () => {
  test("open, message and close are events of their classes, trusted to bubble nowhere", async () => {
    const socket = new WebSocket(`${server}/echo`);
    const open = await nextEvent(socket, "open");
    expect([open.type, open.bubbles, open.cancelable, open.target]).toEqual([
      "open",
      false,
      false,
      socket,
    ]);
    socket.send("hello");
    const message = await nextEvent(socket, "message");
    expect(message).toBeInstanceOf(MessageEvent);
    expect([message.data, message.origin, message.target]).toEqual([
      "hello",
      new URL(server).origin,
      socket,
    ]);
    socket.close(3000, "bye");
    const close = await nextEvent(socket, "close");
    expect([close.code, close.reason, close.wasClean]).toEqual([3000, "bye", true]);
    expect(`${close}`).toBe("[object CloseEvent]");
    expect(close.constructor.name).toMatch(/CloseEvent$/);
  });

  test("an error event says why, and close follows it in the same task", async () => {
    const socket = new WebSocket(`${server}/nowhere`);
    const seen: string[] = [];
    socket.onerror = (event) => {
      seen.push(`${event.type} ${socket.readyState}`);
      expect(event.message).toBe(event.error.message);
      expect(event.message).toContain(new URL(server).host);
      queueMicrotask(() => seen.push("microtask"));
    };
    socket.onclose = (event) => seen.push(`${event.type} ${event.code} ${socket.readyState}`);
    await closed(socket);
    expect(seen.filter((line) => line !== "microtask")).toEqual(["error 3", "close 1006 3"]);
  });

  test("nothing is fired after close", async () => {
    const socket = await echoSocket();
    const seen: string[] = [];
    for (const type of ["open", "message", "error", "close"] as const) {
      socket.addEventListener(type, () => seen.push(type));
    }
    socket.send("late");
    socket.close();
    await closed(socket);
    socket.send("later");
    socket.close();
    const other = await echoSocket();
    await shut(other);
    expect(seen).toEqual(["close"]);
  });

  test("messages that come after close was called are not delivered", async () => {
    const socket = await echoSocket();
    const seen: unknown[] = [];
    socket.onmessage = (event) => seen.push(event.data);
    socket.send("one");
    await nextEvent(socket, "message");
    socket.send("two");
    socket.close();
    await closed(socket);
    expect(seen).toEqual(["one"]);
  });

  test("microtasks run between two messages of one chunk", async () => {
    const socket = new WebSocket(`${server}/burst?text=a&text=b&text=c&close`);
    const seen: unknown[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { data } = await nextEvent(socket, "message");
      seen.push(data);
    }
    expect(seen).toEqual(["a", "b", "c"]);
    await closed(socket);
  });

  test("readyState is still OPEN while messages before a close frame are delivered", async () => {
    const socket = new WebSocket(`${server}/burst?text=a&text=b&close`);
    const states: number[] = [];
    socket.onmessage = () => states.push(socket.readyState);
    await closed(socket);
    expect(states).toEqual([1, 1]);
  });

  test("listeners are called in order, once-listeners once, removed ones no more", async () => {
    const socket = await echoSocket();
    const seen: string[] = [];
    const removed = (): void => void seen.push("removed");
    socket.addEventListener("message", () => seen.push("first"));
    socket.addEventListener("message", removed);
    socket.addEventListener("message", { handleEvent: () => seen.push("object") });
    socket.addEventListener("message", () => seen.push("once"), { once: true });
    socket.removeEventListener("message", removed);
    for (let round = 0; round < 2; round += 1) {
      socket.send("x");
      await nextEvent(socket, "message");
    }
    expect(seen).toEqual(["first", "object", "once", "first", "object"]);
    await shut(socket);
  });

  test("an event of the caller's own can be dispatched, before any listener too", async () => {
    const socket = await echoSocket();
    expect(socket.dispatchEvent(new Event("custom"))).toBe(true);
    let target: unknown = null;
    socket.addEventListener("custom", (event) => {
      target = event.target;
    });
    socket.removeEventListener("custom", () => {});
    socket.dispatchEvent(new Event("custom"));
    expect(target).toBe(socket);
    await shut(socket);
  });

  test("a synthetic message reaches onmessage", async () => {
    const socket = await echoSocket();
    let data: unknown = null;
    socket.onmessage = (event) => {
      data = event.data;
    };
    socket.dispatchEvent(new MessageEvent("message", { data: "made up" }));
    expect(data).toBe("made up");
    await shut(socket);
  });
});

describe("handler attributes", () => {
  const names = ["onopen", "onmessage", "onclose", "onerror"] as const;

  test("are null at first, keep a function, and are null again when set to what is no object", async () => {
    const socket = await echoSocket();
    for (const name of names) {
      expect(socket[name]).toBe(null);
      const handler = (): void => {};
      socket[name] = handler;
      expect(socket[name]).toBe(handler);
      for (const nothing of [null, undefined, 1, "text", true, Symbol("s")]) {
        socket[name] = handler;
        Reflect.set(socket, name, nothing);
        expect(socket[name]).toBe(null);
      }
    }
    await shut(socket);
  });

  test("an object that can't be called is kept and does nothing", async () => {
    const socket = await echoSocket();
    const object = { handleEvent: () => expect.unreachable() };
    Reflect.set(socket, "onmessage", object);
    expect(socket.onmessage).toBe(object);
    socket.send("x");
    await nextEvent(socket, "message");
    await shut(socket);
  });

  test("are called with the socket as this", async () => {
    const socket = await echoSocket();
    const self = new Promise((resolve) => {
      socket.onmessage = function (this: unknown): void {
        resolve(this);
      };
    });
    socket.send("x");
    expect(await self).toBe(socket);
    await shut(socket);
  });

  test("keep their place when replaced, and lose it when set to null", async () => {
    const socket = await echoSocket();
    const seen: string[] = [];
    socket.onmessage = () => seen.push("old");
    socket.addEventListener("message", () => seen.push("listener"));
    socket.onmessage = () => seen.push("new");
    socket.send("x");
    await nextEvent(socket, "message");
    socket.onmessage = null;
    socket.onmessage = () => seen.push("last");
    socket.send("x");
    await nextEvent(socket, "message");
    expect(seen).toEqual(["new", "listener", "listener", "last"]);
    await shut(socket);
  });

  test("one that is removed while its event is fired is still not called twice", async () => {
    const socket = await echoSocket();
    let calls = 0;
    socket.onmessage = () => {
      calls += 1;
      socket.onmessage = null;
    };
    socket.send("a");
    await nextEvent(socket, "message");
    socket.send("b");
    await nextEvent(socket, "message");
    expect(calls).toBe(1);
    await shut(socket);
  });
});
