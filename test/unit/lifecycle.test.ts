import { describe, expect, test, vi } from "vitest";
import type { WebSocketOptions } from "../../src/index.ts";
import { type SocketError, type SocketErrorEvent, WebSocket } from "../../src/index.ts";
import { makeWebSocket } from "../../src/websocket.ts";
import { createFakeDialer } from "../support/fake-dialer.ts";

const URL_TEXT = "ws://user:word@fake.test/chat?token=secret";

/** A socket over a fake dialer, opened, and what both faces report of it. */
function fakeSocket(options?: WebSocketOptions) {
  const dialer = createFakeDialer();
  const socket = makeWebSocket(dialer, options);
  const seen: string[] = [];
  const errors: SocketError[] = [];
  socket.addListener("open", () => seen.push("open"));
  socket.addListener("message", (_event, data) => seen.push(`message ${data}`));
  socket.addListener("close", (_event, { code }) => seen.push(`close ${code}`));
  socket.onerror = (event: SocketErrorEvent) => {
    seen.push("error");
    errors.push(event.error);
  };
  socket.open(URL_TEXT, ["chat"]);
  return { dialer, socket, seen, errors, peer: dialer.peer };
}

async function fakeOpenSocket(options?: WebSocketOptions) {
  const fake = fakeSocket(options);
  fake.peer.accept("chat", "x-deflate");
  await Promise.resolve();
  return fake;
}

describe("the dial", () => {
  test("gets the URL, the protocols and the options that are for it", () => {
    const { peer } = fakeSocket({ headers: { a: "b" }, dialTimeout: "1s" });
    expect(peer.request).toEqual({
      url: URL_TEXT,
      protocols: ["chat"],
      options: { headers: { a: "b" }, dialTimeout: "1s" },
    });
  });

  test("opens once, with what was negotiated", async () => {
    const { socket, seen } = await fakeOpenSocket();
    expect([socket.readyState, socket.protocol, socket.extensions]).toEqual([
      1,
      "chat",
      "x-deflate",
    ]);
    await Promise.resolve();
    expect(seen).toEqual(["open"]);
  });

  test("a failure is one error, then one close", async () => {
    const { socket, seen, errors, peer } = fakeSocket();
    peer.drop("no route", "EHOSTUNREACH");
    expect(await socket.read()).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(seen).toEqual(["error", "close 1006"]);
    expect(errors[0]).toMatchObject({ code: "EHOSTUNREACH", message: "no route" });
  });
});

describe("messages", () => {
  test("are delivered while open only", async () => {
    const { socket, seen, peer } = await fakeOpenSocket();
    peer.send("one");
    await Promise.resolve();
    socket.close();
    peer.send("two");
    await socket.read();
    expect(seen).toEqual(["open", "message one", "close 1000"]);
  });

  test("tasks of their own are asked for once the W3C face listens", async () => {
    const { socket, dialer } = await fakeOpenSocket();
    const [adapter] = dialer.adapters;
    socket.onopen = () => {};
    expect(adapter?.sink.separateTasks).toBe(false);
    socket.onmessage = () => {};
    expect(adapter?.sink.separateTasks).toBe(true);
  });

  test("no event object is made when nobody uses the W3C face", async () => {
    const made = vi.spyOn(WebSocket.prototype, "dispatchEvent");
    const dialer = createFakeDialer((peer) => peer.accept());
    const socket = makeWebSocket(dialer);
    const seen: string[] = [];
    for (const name of ["open", "message", "close"] as const) {
      socket.addListener(name, () => seen.push(name));
    }
    socket.open(URL_TEXT);
    await vi.waitUntil(() => seen.length === 1);
    dialer.peer.send("x");
    dialer.peer.close();
    await socket.read();
    expect(seen).toEqual(["open", "message", "close"]);
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
  });

  test("a listener that throws stops neither the others nor the socket; its error is reported", async () => {
    const reported: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
    const { socket, peer } = await fakeOpenSocket();
    const seen: unknown[] = [];
    socket.addListener("message", () => {
      throw new Error("broken");
    });
    socket.addListener("message", (_event, data) => seen.push(data));
    peer.send("a");
    peer.send("b");
    await Promise.resolve();
    await Promise.resolve();
    expect([seen, socket.readyState]).toEqual([["a", "b"], 1]);
    expect(reported).toEqual([new Error("broken"), new Error("broken")]);
    vi.unstubAllGlobals();
  });

  test("where there is no reportError, the error is thrown in a task of its own", async () => {
    vi.stubGlobal("reportError", undefined);
    vi.useFakeTimers();
    const { socket, peer } = await fakeOpenSocket();
    socket.addListener("message", () => {
      throw new Error("broken");
    });
    peer.send("a");
    await Promise.resolve();
    expect(() => vi.runAllTimers()).toThrow("broken");
    expect(socket.readyState).toBe(1);
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("a listener that removes itself does not disturb the others of this message", async () => {
    const { socket, peer } = await fakeOpenSocket();
    const seen: string[] = [];
    const once = (): void => {
      seen.push("once");
      socket.removeListener("message", once);
    };
    socket.addListener("message", once).addListener("message", () => seen.push("always"));
    peer.send("a");
    peer.send("b");
    await Promise.resolve();
    await Promise.resolve();
    expect(seen).toEqual(["once", "always", "always"]);
  });
});

describe("sending and closing", () => {
  test("bufferedAmount falls when the network has taken it", async () => {
    const { socket, peer } = await fakeOpenSocket();
    socket.send("12345");
    expect(socket.bufferedAmount).toBe(5);
    peer.read();
    expect(socket.bufferedAmount).toBe(0);
  });

  test("while the peer closes the socket is CLOSING, and what is sent is discarded", async () => {
    const { dialer, socket, peer } = await fakeOpenSocket();
    const [adapter] = dialer.adapters;
    if (adapter) adapter.closing = true;
    expect(socket.readyState).toBe(2);
    socket.send("late");
    expect([peer.received, socket.bufferedAmount]).toEqual([[], 4]);
  });
});

describe("console.error(event)", () => {
  test("shows the reason of a failure", async () => {
    const { inspect } = await import("node:util");
    const { socket, peer } = fakeSocket();
    let text = "";
    socket.onerror = (event) => {
      text = inspect(event);
    };
    peer.drop("no route to host", "EHOSTUNREACH");
    await socket.read();
    expect(text).toContain("no route to host");
  });
});
