/** The client rows of the Fantom table, in Node and in a page. */

import { describe, expect, inject, test } from "vitest";
import { ByteBuffer, SocketError, WebSocket } from "../../src/index.ts";
import { closed, nextMessage, opened, thrown } from "../support/sockets.ts";

const server = inject("server");

describe("make and open", () => {
  test("fantom make: an unopened socket has no URL, is CONNECTING and refuses to send", async () => {
    const socket = WebSocket.make();
    expect(socket).toBeInstanceOf(WebSocket);
    expect([socket.url, socket.readyState]).toEqual(["", 0]);
    expect(thrown(() => socket.send("x"))).toMatchObject({ name: "InvalidStateError" });
    socket.close();
    await closed(socket);
  });

  test("fantom make: closing it unopened ends it, later, and it can't be opened any more", async () => {
    const socket = WebSocket.make();
    const seen: string[] = [];
    socket.onerror = () => seen.push("error");
    socket.onclose = () => seen.push("close");
    socket.close();
    expect([socket.readyState, seen.length]).toEqual([2, 0]);
    expect(await closed(socket)).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(seen).toEqual(["error", "close"]);
    expect(thrown(() => socket.open(server))).toMatchObject({ name: "InvalidStateError" });
  });

  test("fantom open: starts it once, with subprotocols, and returns the socket", async () => {
    const socket = WebSocket.make();
    expect(socket.open(`${server}/echo`, ["chat"])).toBe(socket);
    expect(thrown(() => socket.open(`${server}/echo`))).toMatchObject({
      name: "InvalidStateError",
    });
    await opened(socket);
    expect(socket.protocol).toBe("chat");
    expect(thrown(() => socket.open(`${server}/echo`))).toMatchObject({
      name: "InvalidStateError",
    });
    socket.close();
    await closed(socket);
  });

  test("fantom open: a URL of another scheme is a SyntaxError, and the socket can still be opened", async () => {
    const socket = WebSocket.make();
    for (const url of ["ftp://127.0.0.1/", "mailto:a@b", "ws://127.0.0.1/#x"]) {
      expect(thrown(() => socket.open(url))).toMatchObject({ name: "SyntaxError" });
    }
    await opened(socket.open(`${server}/echo`));
    socket.close();
    await closed(socket);
  });

  test("fantom open: ws:localhost:8069 is taken as ws://localhost:8069", async () => {
    const socket = WebSocket.make().open(server.replace("ws://", "ws:"));
    expect(socket.url).toBe(`${server}/`);
    socket.close();
    await closed(socket);
  });
});

describe("hooks", () => {
  test("fantom hooks: onopen, onmessage and onclose, set before open", async () => {
    const socket = WebSocket.make();
    const seen: unknown[] = [];
    socket.onopen = () => socket.send("hello");
    socket.onmessage = (event) => {
      seen.push(event.data);
      socket.close(3000, "bye");
    };
    socket.onclose = (event) => seen.push(event.code, event.reason);
    await closed(socket.open(`${server}/echo`));
    expect(seen).toEqual(["hello", 3000, "bye"]);
  });

  test("fantom hooks: a failed handshake comes to onerror with its reason, then to onclose", async () => {
    const socket = WebSocket.make();
    const seen: unknown[] = [];
    socket.onerror = (event) => {
      expect(event.error).toBeInstanceOf(SocketError);
      expect(event.message).toContain(new URL(server).host);
      seen.push(event.error.kind);
    };
    socket.onclose = (event) => seen.push(event.code);
    await closed(socket.open(`${server}/status?code=403`));
    expect(seen).toEqual(["INTERNAL", 1006]);
  });
});

describe("the rest", () => {
  test("fantom sendText, sendBinary: text by send, binary by sendBytes", async () => {
    const socket = WebSocket.make().open(`${server}/echo`);
    await opened(socket);
    let echo = nextMessage(socket);
    socket.send("text");
    expect(await echo).toBe("text");
    echo = nextMessage(socket);
    socket.sendBytes(ByteBuffer.from("bytes"));
    expect(await echo).toEqual(new TextEncoder().encode("bytes"));
    socket.close();
    await closed(socket);
  });

  test("fantom send: text and bytes alike", async () => {
    const socket = WebSocket.make().open(`${server}/echo`);
    await opened(socket);
    const echo = nextMessage(socket);
    socket.send(new Uint8Array([1]));
    expect(await echo).toEqual(new Uint8Array([1]));
    socket.close();
    await closed(socket);
  });

  test("fantom bufferedAmount: payload bytes not yet sent, never reset after close", async () => {
    const socket = WebSocket.make().open(`${server}/echo`);
    expect(socket.bufferedAmount).toBe(0);
    await opened(socket);
    const echo = nextMessage(socket);
    socket.send("12345");
    expect(socket.bufferedAmount).toBe(5);
    await echo;
    socket.close();
    await closed(socket);
    socket.send("123");
    expect(socket.bufferedAmount).toBe(3);
  });

  test("fantom id: unique, and the same for the whole life of a socket", async () => {
    const sockets = [WebSocket.make(), WebSocket.make(), new WebSocket(`${server}/echo`)];
    const ids = sockets.map((socket) => socket.id);
    expect(new Set(ids).size).toBe(3);
    for (const socket of sockets) await closed(socket.close());
    expect(sockets.map((socket) => socket.id)).toEqual(ids);
  });

  test("fantom readyState: as the constants name it", async () => {
    const socket = WebSocket.make();
    const states = [socket.readyState];
    await opened(socket.open(`${server}/echo`));
    states.push(socket.readyState, socket.close().readyState);
    await closed(socket);
    expect([...states, socket.readyState]).toEqual([0, 1, 2, 3]);
  });

  test("fantom url: there once open was called", () => {
    const socket = WebSocket.make().open(`${server}/echo?x=1`);
    expect(socket.url).toBe(`${server}/echo?x=1`);
    return closed(socket.close());
  });

  test("fantom close: 1000 by default; on a closed socket it does nothing", async () => {
    const socket = WebSocket.make().open(`${server}/echo`);
    await opened(socket);
    let closes = 0;
    socket.addListener("close", () => {
      closes += 1;
    });
    expect(await closed(socket.close())).toMatchObject({ code: 1000, wasClean: true });
    socket.close(3000, "again");
    expect([closes, socket.readyState]).toEqual([1, 3]);
  });

  test("fantom read: resolves once the socket has closed, at once when it has, and for each caller", async () => {
    const socket = WebSocket.make();
    const reads = [socket.read(), socket.read()];
    socket.open(`${server}/close?code=4001&reason=so`);
    const info = { code: 4001, reason: "so", wasClean: true };
    expect(await Promise.all(reads)).toEqual([info, info]);
    expect(socket.readyState).toBe(3);
    expect(await socket.read()).toEqual(info);
  });
});
