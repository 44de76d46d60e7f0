/** Tasks and microtasks as the event loop of the standards has them, in Node. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, inject, test } from "vitest";
import { WebSocketServer } from "ws";
import { WebSocket } from "../../src/index.ts";
import { closed } from "../support/sockets.ts";

const server = inject("server");

describe("microtasks run between two events", () => {
  test("what waits for open gets the messages that came along with the handshake", async () => {
    for (let round = 0; round < 50; round += 1) {
      const socket = new WebSocket(`${server}/burst?text=first&text=second`);
      await once(socket, "open");
      const [first] = await once(socket, "message");
      const [second] = await once(socket, "message");
      expect([first.data, second.data]).toEqual(["first", "second"]);
      await closed(socket.close());
    }
  });

  test("so does addListener after an awaited open", async () => {
    const socket = new WebSocket(`${server}/burst?text=first`);
    await once(socket, "open");
    const data = await new Promise((resolve) => {
      socket.addListener("message", (_event, text) => resolve(text));
    });
    expect(data).toBe("first");
    await closed(socket.close());
  });

  test("what waits for error gets the close", async () => {
    const socket = new WebSocket(`${server}/nowhere`);
    await once(socket, "error");
    const [event] = await once(socket, "close");
    expect(event.code).toBe(1006);
  });

  test("error and close come in one task, microtasks of the error in between", async () => {
    const socket = new WebSocket(`${server}/nowhere`);
    const seen: string[] = [];
    socket.onerror = () => {
      seen.push("error");
      queueMicrotask(() => seen.push("microtask"));
      setImmediate(() => seen.push("next task"));
    };
    socket.onclose = () => seen.push("close");
    await once(socket, "close");
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(["error", "microtask", "close", "next task"]);
  });

  test("close while connecting: still CLOSING in the microtasks of the call", async () => {
    const socket = new WebSocket(`${server}/echo`);
    socket.close();
    await null;
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    const [event] = await once(socket, "close");
    expect(event.code).toBe(1006);
  });

  test("the socket is OPEN in the microtasks of the last message before a close frame", async () => {
    const socket = new WebSocket(`${server}/burst?text=last&close`);
    await once(socket, "message");
    expect(socket.readyState).toBe(WebSocket.OPEN);
    await once(socket, "close");
  });

  test("bufferedAmount does not fall in the microtasks of the sends", async () => {
    const socket = new WebSocket(`${server}/echo`);
    await once(socket, "open");
    socket.send("12345");
    await null;
    socket.send("678");
    await null;
    expect(socket.bufferedAmount).toBe(8);
    await once(socket, "message");
    await closed(socket.close());
    expect(socket.bufferedAmount).toBe(0);
  });
});

describe("what a dropped connection had not taken", () => {
  test("stays counted in bufferedAmount", async () => {
    const http = createServer();
    new WebSocketServer({ server: http }).on("connection", (peer, request) => {
      peer.pause();
      peer.on("error", () => {});
      setImmediate(() => request.socket.resetAndDestroy());
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const { port } = http.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(socket, "open");
    socket.send(new Uint8Array(50 * 1024 * 1024));
    await closed(socket);
    expect(socket.bufferedAmount).toBe(50 * 1024 * 1024);
    http.close();
  });
});

describe("send, to the letter", () => {
  test("what is detached is an empty message", async () => {
    const socket = new WebSocket(`${server}/echo`);
    await once(socket, "open");
    const { buffer } = new Uint8Array(4);
    const view = new Uint8Array(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    for (const empty of [buffer, view]) {
      socket.send(empty);
      const [event] = await once(socket, "message");
      expect(event.data.byteLength).toBe(0);
    }
    await closed(socket.close());
  });

  test("two empty messages don't share their memory", async () => {
    const socket = new WebSocket(`${server}/bytes?hex=&hex=`);
    const [first] = await once(socket, "message");
    const [second] = await once(socket, "message");
    expect(first.data).not.toBe(second.data);
    await closed(socket.close());
  });

  test("a refusal whose body does not end is reported with its status all the same", async () => {
    const socket = new WebSocket(`${server}/half-body`);
    const [event] = await once(socket, "error");
    expect(event.error.details).toMatchObject({ status: 401, body: "start" });
    await closed(socket);
  });
});
