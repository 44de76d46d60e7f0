/** Peers that break the protocol or a limit once open: one error that says why, and one close. */

import type { AddressInfo } from "node:net";
import { describe, expect, inject, test, vi } from "vitest";
import { WebSocketServer } from "ws";
import { WebSocket } from "../../src/index.ts";
import { failureOf } from "../support/failure.ts";
import { closed, nextMessage, opened } from "../support/sockets.ts";

const server = inject("server");
const url = (hex: string, rest = ""): string => `${server}/frames?hex=${hex}${rest}`;

describe("frames that RFC 6455 forbids", () => {
  test.each([
    ["invalid UTF-8 in a text message", "8102c328", "ERR_INVALID_UTF8"],
    ["UTF-8 cut short", "8101c3", "ERR_INVALID_UTF8"],
    ["a surrogate in UTF-8", "8103eda080", "ERR_INVALID_UTF8"],
    ["a reserved bit", "c100", "ERR_PROTOCOL"],
    ["an unknown opcode", "8300", "ERR_PROTOCOL"],
    ["a masked frame from the server", "818000000000", "ERR_PROTOCOL"],
    ["a continuation of nothing", "8000", "ERR_PROTOCOL"],
    ["a fragmented ping", "0900", "ERR_PROTOCOL"],
    ["a ping of 126 bytes", `897e007e${"00".repeat(126)}`, "ERR_PROTOCOL"],
    ["a close frame of one byte", "880103", "ERR_PROTOCOL"],
    ["a close code that may not be sent", "880203ed", "ERR_PROTOCOL"],
    ["a close reason that is no UTF-8", "880303e8ff", "ERR_INVALID_UTF8"],
    ["a length beyond 2^53", "827fffffffffffffffff", "ERR_MESSAGE_TOO_BIG"],
  ])("%s", async (_what, hex, code) => {
    const { error, info } = await failureOf(url(hex));
    expect(error).toMatchObject({ kind: "INTERNAL", code });
    expect(error.message).toContain(`WebSocket ${server}/frames: `);
    expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
  });

  test("what came whole before the bad frame is delivered", async () => {
    const socket = new WebSocket(url("81026f6bc100"));
    expect(await nextMessage(socket)).toBe("ok");
    expect((await closed(socket)).wasClean).toBe(false);
  });
});

describe("connections that are lost", () => {
  test("a reset in the middle of a frame", async () => {
    const { error, info } = await failureOf(url("8900827f0000", "&reset"));
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ECONNRESET", retryable: true });
    expect(error.message).toMatch(/connection lost: .*ECONNRESET/);
    expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
  });

  test("an end in the middle of a frame", async () => {
    const { error } = await failureOf(url("820501", "&end"));
    expect(error).toMatchObject({ code: "ERR_CONNECTION_LOST", retryable: true });
  });

  test("an end without a close frame", async () => {
    const { error } = await failureOf(`${server}/terminate`);
    expect(error.code).toMatch(/ERR_CONNECTION_LOST|ECONNRESET/);
  });
});

describe("readLimit", () => {
  test("a larger message closes with 1009, and the error names the limit", async () => {
    const { error } = await failureOf(`${server}/large?bytes=1001`, { readLimit: 1000 });
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_MESSAGE_TOO_BIG" });
    expect(error.details).toEqual({ limit: 1000 });
    expect(error.message).toMatch(/larger than readLimit, 1000 bytes$/);
  });

  test("a message of just the limit is delivered", async () => {
    const socket = new WebSocket(`${server}/large?bytes=1000`, null, { readLimit: 1000 });
    expect(await nextMessage(socket)).toHaveLength(1000);
    await closed(socket.close());
  });

  test("16 MiB by default: a message of one byte more is refused by its header alone", async () => {
    const header = (16 * 1024 * 1024 + 1).toString(16).padStart(16, "0");
    const { error } = await failureOf(url(`827f${header}`));
    expect(error.details).toEqual({ limit: 16 * 1024 * 1024 });
  });

  test("0 admits empty messages only", async () => {
    const { error } = await failureOf(`${server}/bytes?hex=01`, { readLimit: 0 });
    expect(error.details).toEqual({ limit: 0 });
    const socket = new WebSocket(`${server}/bytes?hex=`, null, { readLimit: 0 });
    expect(await nextMessage(socket)).toHaveLength(0);
    await closed(socket.close());
  });

  test("counts bytes after decompression", async () => {
    const options = { readLimit: 1000, compression: 1 } as const;
    const { error } = await failureOf(`${server}/large?bytes=100000&deflate`, options);
    expect(error).toMatchObject({ code: "ERR_MESSAGE_TOO_BIG" });
  });
});

describe("closing", () => {
  test("a peer that starts to close makes the socket CLOSING, and what is sent then is discarded", async () => {
    const peers = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    const received: unknown[] = [];
    peers.on("connection", (peer) => {
      peer.on("message", (data) => received.push(data));
      peer.close(4000);
    });
    await new Promise((resolve) => peers.once("listening", resolve));
    const { port } = peers.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await opened(socket);
    while (socket.readyState === WebSocket.OPEN)
      await new Promise((resolve) => setImmediate(resolve));
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    socket.send("late");
    expect((await closed(socket)).code).toBe(4000);
    expect([socket.bufferedAmount, received]).toEqual([4, []]);
    peers.close();
  });

  test("a peer that never answers a close is dropped after 5 s", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const socket = new WebSocket(`${server}/frames?hex=&hold`);
    await opened(socket);
    let ended = false;
    void socket.read().then(() => {
      ended = true;
    });
    socket.close();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    vi.useRealTimers();
    expect(await closed(socket)).toEqual({ code: 1006, reason: "", wasClean: false });
  });

  test("so is one whose close waits for a Blob that is never read", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const socket = new WebSocket(`${server}/echo`);
    await opened(socket);
    const blob = new Blob(["x"]);
    vi.spyOn(blob, "arrayBuffer").mockReturnValue(new Promise(() => {}));
    socket.send(blob).close();
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    expect((await closed(socket)).code).toBe(1006);
  });

  test("the server is told 1009", async () => {
    const { createServer } = await import("node:http");
    const http = createServer();
    const sockets = new WebSocketServer({ server: http });
    const code = new Promise((resolve) => {
      sockets.on("connection", (peer) => {
        peer.on("close", resolve);
        peer.send(Buffer.alloc(2000));
      });
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const { port } = http.address() as AddressInfo;
    await failureOf(`ws://127.0.0.1:${port}`, { readLimit: 1000 });
    expect(await code).toBe(1009);
    http.close();
  });
});
