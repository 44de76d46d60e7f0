/** What bounds a dial, and what a Blob holds up, over real sockets of `ws`. */

import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { failureOf } from "../support/failure.ts";
import { startSilentServer } from "../support/listening.ts";
import { closed, opened } from "../support/sockets.ts";

const server = inject("server");

describe("dialTimeout", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([
    [undefined, 10_000],
    [250, 250],
    ["1m30s", 90_000],
  ])("of %s ends a dial after %i ms, not before", async (dialTimeout, ms) => {
    const failure = failureOf(`${server}/silent`, { dialTimeout });
    let ended = false;
    void failure.then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    const { error } = await failure;
    expect(error).toMatchObject({ kind: "TIMEOUT", code: "ERR_DIAL_TIMEOUT", retryable: true });
    expect(error.message).toMatch(new RegExp(`/silent: not open after dialTimeout, ${ms} ms$`));
  });

  test.each([0, Number.POSITIVE_INFINITY, "0s"])("of %s means no limit", async (dialTimeout) => {
    const before = vi.getTimerCount();
    const socket = new WebSocket(`${server}/silent`, null, { dialTimeout });
    expect(vi.getTimerCount()).toBe(before);
    await closed(socket.close());
  });

  test("leaves no timer once the socket is open", async () => {
    const before = vi.getTimerCount();
    const socket = new WebSocket(`${server}/echo`);
    expect(vi.getTimerCount()).toBe(before + 1);
    await opened(socket);
    expect(vi.getTimerCount()).toBe(before);
    await closed(socket.close());
  });
});

describe("signal", () => {
  const cause = new Error("changed my mind");

  test("aborted before the dial: error and close come later, and nothing is dialled", async () => {
    const silent = await startSilentServer();
    const options = { signal: AbortSignal.abort(cause) };
    const { error } = await failureOf(`ws://${silent.host}`, options);
    expect(error).toMatchObject({ kind: "CANCELED", code: "ERR_ABORTED", retryable: false, cause });
    expect(error.message).toBe(`WebSocket ws://${silent.host}/: aborted by its signal`);
    expect(silent.connections()).toBe(0);
  });

  test("aborted during the dial ends it", async () => {
    const abort = new AbortController();
    const failure = failureOf(`${server}/silent`, { signal: abort.signal });
    abort.abort(cause);
    expect((await failure).error).toMatchObject({ kind: "CANCELED", cause });
  });

  test("aborted later drops the connection", async () => {
    const abort = new AbortController();
    const { signal } = abort;
    const failure = failureOf(`${server}/echo`, { signal }, [], (socket) => {
      socket.addListener("open", () => abort.abort(cause));
    });
    expect((await failure).error).toMatchObject({ kind: "CANCELED", cause });
  });

  test("is forgotten once the socket has closed", async () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    const socket = new WebSocket(`${server}/echo`, null, { signal });
    await opened(socket);
    await closed(socket.close());
    expect(remove).toHaveBeenCalledTimes(add.mock.calls.length);
  });
});

describe("Blobs", () => {
  test("what waits behind one counts as buffered, and close comes last", async () => {
    const socket = new WebSocket(`${server}/close-after-message?code=4000`);
    await opened(socket);
    socket
      .send(new Blob(["bc"]))
      .send("ü")
      .send(new Uint8Array(4))
      .close(3000, "done");
    expect([socket.bufferedAmount, socket.readyState]).toEqual([8, 2]);
    expect((await closed(socket)).code).toBe(4000);
  });

  test("one that can't be read ends the connection with the reason", async () => {
    const blob = new Blob(["x"]);
    vi.spyOn(blob, "arrayBuffer").mockRejectedValue(new Error("file changed"));
    const failure = failureOf(`${server}/echo`, {}, [], (socket) => {
      socket.addListener("open", () => void socket.send(blob).send("behind"));
    });
    const { error, socket } = await failure;
    expect(error).toMatchObject({ code: "ERR_BLOB_READ", cause: new Error("file changed") });
    expect(socket.bufferedAmount).toBe(7);
  });

  test("what waits behind one when the connection ends stays counted", async () => {
    const socket = new WebSocket(`${server}/close-after-message?code=4000`);
    await opened(socket);
    let read: (bytes: ArrayBuffer) => void = () => {};
    const blob = new Blob(["abc"]);
    vi.spyOn(blob, "arrayBuffer").mockReturnValue(
      new Promise((resolve) => {
        read = resolve;
      }),
    );
    socket.send("now").send(blob).send("de");
    await closed(socket);
    expect(socket.bufferedAmount).toBe(5);
    read(new ArrayBuffer(3));
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.bufferedAmount).toBe(5);
  });
});
