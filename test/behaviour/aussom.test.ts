/** The rows of the Aussom table, in Node and in a page: one test at least for each member. */

import { describe, expect, inject, test, vi } from "vitest";
import { ByteBuffer, WebSocket } from "../../src/index.ts";
import { closed, nextMessage, opened, thrown } from "../support/sockets.ts";

const server = inject("server");

async function echoSocket(): Promise<WebSocket> {
  const socket = new WebSocket(`${server}/echo`);
  await opened(socket);
  return socket;
}

async function shut(socket: WebSocket): Promise<void> {
  await closed(socket.close());
}

describe("constants and constructor", () => {
  test("aussom constants: 0 CONNECTING, 1 OPEN, 2 CLOSING, 3 CLOSED, on class and instance", async () => {
    const socket = await echoSocket();
    for (const owner of [WebSocket, socket]) {
      expect([owner.CONNECTING, owner.OPEN, owner.CLOSING, owner.CLOSED]).toEqual([0, 1, 2, 3]);
    }
    await shut(socket);
  });

  test("aussom new WebSocket: connects to the URL with an optional subprotocol", async () => {
    const socket = new WebSocket(`${server}/echo`, "chat");
    await opened(socket);
    expect(socket.protocol).toBe("chat");
    await shut(socket);
  });

  test("aussom new WebSocket: null means no subprotocol", async () => {
    const socket = new WebSocket(`${server}/echo`, null);
    await opened(socket);
    expect(socket.protocol).toBe("");
    await shut(socket);
  });

  test("aussom isSupported: true here, static and on instances", async () => {
    const socket = await echoSocket();
    expect([WebSocket.isSupported(), socket.isSupported()]).toEqual([true, true]);
    await shut(socket);
  });
});

describe("sending", () => {
  test("aussom send: sends text and returns the socket", async () => {
    const socket = await echoSocket();
    const echo = nextMessage(socket);
    expect(socket.send("hello")).toBe(socket);
    expect(await echo).toBe("hello");
    await shut(socket);
  });

  test("aussom send: a ByteBuffer goes out as bytes", async () => {
    const socket = await echoSocket();
    const echo = nextMessage(socket);
    socket.send(ByteBuffer.from(new Uint8Array([1, 2])));
    expect(await echo).toEqual(new Uint8Array([1, 2]));
    await shut(socket);
  });

  test("aussom sendBytes: sends the whole buffer whatever its cursor, and returns the socket", async () => {
    const socket = await echoSocket();
    const buffer = new ByteBuffer(8).addInt(7);
    const echo = nextMessage(socket);
    expect(socket.sendBytes(buffer)).toBe(socket);
    expect(await echo).toEqual(new Uint8Array([0, 0, 0, 7, 0, 0, 0, 0]));
    await shut(socket);
  });

  test("aussom sendBytes: the buffer may be reused as soon as the call returns", async () => {
    const socket = await echoSocket();
    const buffer = new ByteBuffer(4).addInt(1);
    const echo = nextMessage(socket);
    socket.sendBytes(buffer);
    buffer.setInt(0, -1);
    expect(await echo).toEqual(new Uint8Array([0, 0, 0, 1]));
    await shut(socket);
  });

  test("aussom sendBytes: takes any BufferSource and refuses anything else", async () => {
    const socket = await echoSocket();
    const echo = nextMessage(socket);
    socket.sendBytes(new Uint16Array([0]));
    expect(await echo).toEqual(new Uint8Array(2));
    for (const other of ["text", [1, 2], null, new Blob(["x"])]) {
      expect(thrown(() => Reflect.apply(socket.sendBytes, socket, [other]))).toBeInstanceOf(
        TypeError,
      );
    }
    await shut(socket);
  });
});

describe("closing", () => {
  test("aussom close: sends 1000 without a reason unless told, and returns the socket", async () => {
    const socket = await echoSocket();
    expect(socket.close()).toBe(socket);
    expect(await closed(socket)).toEqual({ code: 1000, reason: "", wasClean: true });
  });

  test("aussom close: null means no reason", async () => {
    const socket = await echoSocket();
    expect(await closed(socket.close(3000, null))).toMatchObject({ code: 3000, reason: "" });
  });

  test("aussom close: is idempotent", async () => {
    const socket = await echoSocket();
    socket.close(3000).close(3001).close();
    expect((await closed(socket)).code).toBe(3000);
    expect(socket.close()).toBe(socket);
  });
});

describe("getters", () => {
  test("aussom getReadyState: follows the states", async () => {
    const socket = new WebSocket(`${server}/echo`);
    const states = [socket.getReadyState()];
    await opened(socket);
    states.push(socket.getReadyState(), socket.close().getReadyState());
    await closed(socket);
    expect([...states, socket.getReadyState()]).toEqual([0, 1, 2, 3]);
  });

  test("aussom getUrl: the URL of the socket", async () => {
    const socket = await echoSocket();
    expect(socket.getUrl()).toBe(`${server}/echo`);
    await shut(socket);
  });

  test("aussom getBinaryType, setBinaryType: arraybuffer at first; set, it returns the socket", async () => {
    const socket = await echoSocket();
    expect(socket.getBinaryType()).toBe("arraybuffer");
    expect(socket.setBinaryType("blob")).toBe(socket);
    expect(socket.getBinaryType()).toBe("blob");
    expect(thrown(() => Reflect.apply(socket.setBinaryType, socket, ["bytes"]))).toBeInstanceOf(
      TypeError,
    );
    await shut(socket);
  });

  test("aussom setBinaryType: with blob, listeners get Blobs in order", async () => {
    const socket = (await echoSocket()).setBinaryType("blob");
    const seen: unknown[] = [];
    const both = new Promise<void>((resolve) => {
      socket.addListener("message", (_event, data) => {
        seen.push(data);
        if (seen.length === 2) resolve();
      });
    });
    socket.send(new Uint8Array([1])).send("text");
    await both;
    expect(seen[0]).toBeInstanceOf(Blob);
    expect(seen[1]).toBe("text");
    await shut(socket);
  });
});

describe("listeners", () => {
  test("aussom addListener: open gets null and the passed argument", async () => {
    const socket = new WebSocket(`${server}/echo`);
    const call = new Promise((resolve) => {
      const chained = socket.addListener("open", (...args) => resolve(args), { app: "demo" });
      expect(chained).toBe(socket);
    });
    expect(await call).toEqual(["open", null, { app: "demo" }]);
    await shut(socket);
  });

  test("aussom addListener: the passed argument is null unless given", async () => {
    const socket = new WebSocket(`${server}/echo`);
    const call = new Promise((resolve) => socket.addListener("open", (...args) => resolve(args)));
    expect(await call).toEqual(["open", null, null]);
    await shut(socket);
  });

  test("aussom addListener: message gets a string or the listener's ByteBuffer", async () => {
    const socket = await echoSocket();
    const calls: unknown[][] = [];
    const both = new Promise<void>((resolve) => {
      socket.addListener(
        "message",
        (event, data, arg) => {
          calls.push([event, typeof data === "string" ? data : data.copy(), arg]);
          if (calls.length === 2) resolve();
        },
        42,
      );
    });
    socket.send("text").sendBytes(new Uint8Array([5, 6]));
    await both;
    expect(calls[0]).toEqual(["message", "text", 42]);
    const [event, buffer, arg] = calls[1] ?? [];
    expect([event, arg]).toEqual(["message", 42]);
    expect(buffer).toBeInstanceOf(ByteBuffer);
    expect((buffer as ByteBuffer).bytes).toEqual(new Uint8Array([5, 6]));
    await shut(socket);
  });

  test("aussom addListener: close gets code, reason and wasClean", async () => {
    const socket = new WebSocket(`${server}/close?code=4000&reason=enough`);
    const call = new Promise((resolve) =>
      socket.addListener("close", (...args) => resolve(args), "arg"),
    );
    expect(await call).toEqual(["close", { code: 4000, reason: "enough", wasClean: true }, "arg"]);
  });

  test("aussom addListener: error gets null, before close", async () => {
    const socket = new WebSocket(`${server}/nowhere`);
    const calls: unknown[][] = [];
    socket.addListener("error", (...args) => calls.push(args), "arg");
    socket.addListener("close", (event) => calls.push([event]));
    await closed(socket);
    expect(calls).toEqual([["error", null, "arg"], ["close"]]);
  });

  test("aussom addListener: listeners fire in order, one registered twice fires twice", async () => {
    const socket = await echoSocket();
    const seen: unknown[] = [];
    const twice = (_event: string, _data: unknown, arg: unknown): void => void seen.push(arg);
    socket.addListener("message", twice, 1);
    socket.addListener("message", () => seen.push("between"));
    socket.addListener("message", twice, 2);
    const echo = nextMessage(socket);
    socket.send("x");
    await echo;
    expect(seen).toEqual([1, "between", 2]);
    await shut(socket);
  });

  test("aussom removeListener: undoes one registration, the newest", async () => {
    const socket = await echoSocket();
    const seen: unknown[] = [];
    const twice = (_event: string, _data: unknown, arg: unknown): void => void seen.push(arg);
    socket.addListener("message", twice, 1).addListener("message", twice, 2);
    expect(socket.removeListener("message", twice)).toBe(socket);
    socket.removeListener("message", () => {});
    let echo = nextMessage(socket);
    socket.send("x");
    await echo;
    socket.removeListener("message", twice);
    echo = nextMessage(socket);
    socket.send("x");
    await echo;
    expect(seen).toEqual([1]);
    await shut(socket);
  });

  test("aussom addListener: an unknown event or a handler that is none throws", async () => {
    const socket = await echoSocket();
    const add = (...args: unknown[]) =>
      thrown(() => Reflect.apply(socket.addListener, socket, args));
    expect(add("ping", () => {})).toMatchObject({
      name: "TypeError",
      message: expect.stringMatching(/"ping".*open, message/),
    });
    expect(add("toString", () => {})).toBeInstanceOf(TypeError);
    expect(add("open", null)).toBeInstanceOf(TypeError);
    expect(socket.removeListener("open", () => {})).toBe(socket);
    await shut(socket);
  });

  test("aussom reused buffer: one per registration, re-pointed without a copy, cursors at 0", async () => {
    const socket = await echoSocket();
    const buffers: [ByteBuffer[], ByteBuffer[]] = [[], []];
    const cursors: number[] = [];
    const values: number[] = [];
    const kept: ByteBuffer[] = [];
    let finish = (): void => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const take = (own: ByteBuffer[], data: string | ByteBuffer): void => {
      if (!(data instanceof ByteBuffer)) return;
      own.push(data);
      cursors.push(data.getReadCursor(), data.getWriteCursor());
      values.push(data.getShort());
      data.writeSeek(1);
      kept.push(data.copy());
      if (kept.length === 4) finish();
    };
    socket.addListener("message", (_event, data) => take(buffers[0], data));
    socket.addListener("message", (_event, data) => take(buffers[1], data));
    socket.sendBytes(new ByteBuffer(2).addShort(1)).sendBytes(new ByteBuffer(2).addShort(2));
    await done;
    expect(buffers[0][0]).toBe(buffers[0][1]);
    expect(buffers[1][0]).toBe(buffers[1][1]);
    expect(buffers[0][0]).not.toBe(buffers[1][0]);
    expect(cursors).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(values).toEqual([1, 1, 2, 2]);
    expect(kept.map((buffer) => buffer.getShort(0))).toEqual([1, 1, 2, 2]);
    await shut(socket);
  });

  test("aussom listener that throws: stops neither the others nor the socket, and is reported", async () => {
    const reported: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
    const socket = await echoSocket();
    socket.addListener("message", () => {
      throw new Error("broken");
    });
    const echo = nextMessage(socket);
    socket.send("x");
    expect(await echo).toBe("x");
    expect([reported, socket.readyState]).toEqual([[new Error("broken")], 1]);
    await shut(socket);
    vi.unstubAllGlobals();
  });
});

describe("the W3C face", () => {
  test("aussom W3C face: both faces hear the same, real events beside plain arguments", async () => {
    const socket = new WebSocket(`${server}/echo`);
    const seen: unknown[] = [];
    socket.onopen = (event) => seen.push(event instanceof Event);
    await opened(socket);
    socket.addEventListener("message", (event) =>
      seen.push(event instanceof MessageEvent, event.data),
    );
    socket.onclose = (event) => seen.push(event instanceof Event, event.code, event.wasClean);
    const echo = nextMessage(socket);
    socket.send("hello");
    expect(await echo).toBe("hello");
    await new Promise<void>((resolve) => {
      socket.addEventListener("close", () => resolve());
      socket.close();
    });
    expect(seen).toEqual([true, true, "hello", true, 1000, true]);
    expect(socket).toBeInstanceOf(EventTarget);
  });
});

describe("the buffer", () => {
  test("aussom ByteBuffer: written at one side, read at the other, by cursor and by index", async () => {
    const socket = await echoSocket();
    const buffer = new ByteBuffer(25)
      .addUByte(200)
      .addInt(-5)
      .addLong(2n ** 40n, "little");
    buffer.addDouble(1.5).addString("text");
    const read = new Promise<unknown[]>((resolve) => {
      socket.addListener("message", (_event, data) => {
        if (typeof data === "string") return;
        const head = [data.size(), data.getUByte(), data.getInt(), data.getLong(-1, "little")];
        resolve([...head, data.getDouble(), data.getStringAt(4), data.getInt(1)]);
      });
    });
    socket.sendBytes(buffer);
    expect(await read).toEqual([25, 200, -5, 2n ** 40n, 1.5, "text", -5]);
    await shut(socket);
  });
});
