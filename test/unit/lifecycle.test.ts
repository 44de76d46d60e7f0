import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
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
      options: { headers: { a: "b" } },
    });
  });

  test("opens once, with what was negotiated", async () => {
    const { socket, seen, peer } = await fakeOpenSocket();
    expect([socket.readyState, socket.protocol, socket.extensions]).toEqual([
      1,
      "chat",
      "x-deflate",
    ]);
    peer.accept();
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

describe("dialTimeout", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([
    [undefined, 10_000],
    [250, 250],
    ["1m30s", 90_000],
  ])("of %s ends a dial after %i ms, not before", async (dialTimeout, ms) => {
    const { socket, seen, errors, peer } = fakeSocket(
      dialTimeout === undefined ? {} : { dialTimeout },
    );
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(peer.calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(peer.calls).toEqual(["terminate"]);
    await socket.read();
    expect(seen).toEqual(["error", "close 1006"]);
    expect(errors[0]).toMatchObject({ kind: "TIMEOUT", code: "ERR_DIAL_TIMEOUT", retryable: true });
    expect(errors[0]?.message).toBe(
      `WebSocket ws://fake.test/chat: not open after dialTimeout, ${ms} ms`,
    );
  });

  test.each([0, Number.POSITIVE_INFINITY, "0s"])("of %s means no limit", async (dialTimeout) => {
    const { peer } = fakeSocket({ dialTimeout });
    await vi.advanceTimersByTimeAsync(10 ** 9);
    expect([peer.calls, vi.getTimerCount()]).toEqual([[], 0]);
  });

  test("leaves no timer once it is open, nor once it has failed", async () => {
    const open = await fakeOpenSocket();
    expect(vi.getTimerCount()).toBe(0);
    open.socket.close();
    const failed = fakeSocket();
    failed.peer.drop();
    await failed.socket.read();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("signal", () => {
  test("aborted before the dial: nothing is dialled; error and close come later", async () => {
    const dialer = createFakeDialer();
    const socket = makeWebSocket(dialer, {
      signal: AbortSignal.abort(new Error("changed my mind")),
    });
    const seen: unknown[] = [];
    socket.onerror = ({ error }) => seen.push(error.kind, error.code, error.cause);
    socket.open(URL_TEXT);
    expect([socket.readyState, seen.length, dialer.adapters.length]).toEqual([2, 0, 0]);
    await socket.read();
    expect(seen).toEqual(["CANCELED", "ERR_ABORTED", new Error("changed my mind")]);
  });

  test("aborted during the dial ends it", async () => {
    const abort = new AbortController();
    const { socket, seen, errors, peer } = fakeSocket({ signal: abort.signal });
    abort.abort();
    expect(seen).toEqual([]);
    await socket.read();
    expect([seen, peer.calls]).toEqual([["error", "close 1006"], ["terminate"]]);
    expect(errors[0]).toMatchObject({ kind: "CANCELED", retryable: false });
    expect(errors[0]?.message).toBe("WebSocket ws://fake.test/chat: aborted by its signal");
  });

  test("aborted later drops the connection", async () => {
    const abort = new AbortController();
    const { socket, seen, peer } = await fakeOpenSocket({ signal: abort.signal });
    abort.abort();
    expect(socket.readyState).toBe(2);
    await socket.read();
    expect([seen, peer.calls]).toEqual([["open", "error", "close 1006"], ["terminate"]]);
  });

  test("is forgotten once the socket has closed", async () => {
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, "removeEventListener");
    const { socket } = await fakeOpenSocket({ signal });
    socket.close();
    await socket.read();
    expect(remove).toHaveBeenCalledOnce();
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

  test("tasks of their own are asked for when the W3C face listens, before or after opening", async () => {
    const late = await fakeOpenSocket();
    expect(late.peer.calls).toEqual([]);
    late.socket.onmessage = () => {};
    expect(late.peer.calls).toEqual(["separateTasks"]);
    const dialer = createFakeDialer();
    const early = makeWebSocket(dialer);
    early.onmessage = () => {};
    early.open(URL_TEXT);
    expect(dialer.peer.calls).toEqual(["separateTasks"]);
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
  test("what waits behind a Blob counts as buffered, in order, and close comes last", async () => {
    const { socket, peer } = await fakeOpenSocket();
    socket
      .send("a")
      .send(new Blob(["bc"]))
      .send("ü")
      .send(new Uint8Array(4))
      .close(3000, "done");
    expect([socket.bufferedAmount, socket.readyState]).toEqual([9, 2]);
    expect(peer.calls).toEqual([]);
    await socket.read();
    expect(peer.received).toEqual(["a", new TextEncoder().encode("bc"), "ü", new Uint8Array(4)]);
    expect(peer.calls).toEqual(["close 3000 done"]);
  });

  test("a Blob that can't be read ends the connection with the reason", async () => {
    const { socket, errors, peer } = await fakeOpenSocket();
    const blob = new Blob(["x"]);
    vi.spyOn(blob, "arrayBuffer").mockRejectedValue(new Error("file changed"));
    socket.send(blob).send("behind");
    await socket.read();
    expect(errors[0]).toMatchObject({ code: "ERR_BLOB_READ", cause: new Error("file changed") });
    expect(peer.received).toEqual([]);
    expect(socket.bufferedAmount).toBe(7);
  });

  test("what waits behind a Blob when the peer closes stays counted and is not sent", async () => {
    const { socket, peer } = await fakeOpenSocket();
    socket.send(new Blob(["abc"])).send("de");
    peer.close(4000);
    await socket.read();
    await vi.waitUntil(() => socket.bufferedAmount === 5);
    await new Promise((resolve) => setImmediate(resolve));
    expect(peer.received).toEqual([]);
    expect(socket.bufferedAmount).toBe(5);
  });

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
