/** What once went wrong with connections: each with a peer that makes it happen. */

import type { Socket } from "node:net";
import { constants, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { WebSocket as WsSocket } from "ws";
import { Compression, type Connection, connect, type MessageData } from "../../src/index.ts";
import { startPeerServer } from "../support/listening.ts";
import { runProgram } from "../support/run-program.ts";
import { rejected } from "../support/sockets.ts";

const COUNT = 20;
const TEXTS = Array.from({ length: COUNT }, (_item, index) => `message ${index}`);
/** A frame of a reserved opcode. */
const BAD_FRAME = Buffer.of(0x83, 0);
const CLOSE_FRAME = Buffer.of(0x88, 2, 0x03, 0xe8);

const frame = (first: number, payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(first, payload.length), payload]);
const text = (payload: string): Buffer => frame(0x81, Buffer.from(payload));
const deflated = (payload: string): Buffer => {
  const bytes = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH });
  return frame(0xc1, bytes.subarray(0, -4));
};

/** A server that writes bytes by hand at each message that comes. */
function startRawPeer(act: (stream: Socket, message: string) => void): Promise<string> {
  return startPeerServer({
    perMessageDeflate: { threshold: 0 },
    serve(peer) {
      const { _socket: stream } = peer as WsSocket & { _socket: Socket };
      peer.on("message", (data) => act(stream, `${data}`));
    },
  });
}

async function readAll(connection: Connection): Promise<MessageData[]> {
  const seen: MessageData[] = [];
  while (connection.connected) {
    const message = await connection.receive();
    if (message !== null) seen.push(message);
  }
  return seen;
}

async function untilUnread(connection: Connection, count: number): Promise<void> {
  while (connection.channel().length < count) await new Promise((done) => setImmediate(done));
}

describe("what came before the end is delivered", () => {
  test.each([
    ["a close frame and FIN", [CLOSE_FRAME], 1000],
    ["FIN alone", [], 1006],
  ])("compressed messages, then %s, in one write", async (_name, last, code) => {
    const url = await startRawPeer((stream) =>
      stream.end(Buffer.concat([...TEXTS.map(deflated), ...last])),
    );
    const connection = await connect(url, { compression: Compression.NO_CONTEXT });
    await connection.send("go");
    expect(await readAll(connection)).toEqual(TEXTS);
    expect((await connection.closed).code).toBe(code);
  });

  test("messages that were read, then a reset, while the inbox was full", async () => {
    const url = await startRawPeer((stream, message) => {
      if (message === "go") stream.write(Buffer.concat(TEXTS.map(text)));
      else stream.resetAndDestroy();
    });
    const connection = await connect(url, { channelCapacity: 1 });
    await connection.send("go");
    await untilUnread(connection, 1);
    await connection.send("now reset").catch(() => {});
    expect(await readAll(connection)).toEqual(TEXTS);
    expect(connection.error).toMatchObject({ kind: "INTERNAL" });
  });

  test.each([[false], [true]])(
    "messages, then a bad frame, in one write; with a W3C listener: %s",
    async (hasListener) => {
      const url = await startRawPeer((stream) =>
        stream.write(Buffer.concat([...TEXTS.map(text), BAD_FRAME])),
      );
      const connection = await connect(url);
      let events = 0;
      const count = (): void => {
        events += 1;
      };
      if (hasListener) connection.socket.addEventListener("message", count);
      await connection.send("go");
      expect(await readAll(connection)).toEqual(TEXTS);
      expect(events).toBe(hasListener ? COUNT : 0);
      expect(connection.error).toMatchObject({ code: "ERR_PROTOCOL" });
    },
  );
});

describe("a full inbox", () => {
  test("keeps Node alive: a program that reads slowly reads on", async () => {
    const url = await startRawPeer((stream) => {
      for (let sent = 0; sent < 50; sent += 1) stream.write(text("x".repeat(100)));
    });
    const { code, stdout, stderr } = await runProgram("slow-reader", [url]);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "read 40", stderr: "" });
  });

  test("and a hundred pings meanwhile: the newest is answered, and the connection lives", async () => {
    const ping = (number: number): Buffer => frame(0x89, Buffer.from(`${number}`));
    const pings = Array.from({ length: 100 }, (_item, number) => ping(number));
    const url = await startRawPeer((stream) =>
      stream.write(Buffer.concat([text("first"), ...pings, text("last")])),
    );
    const connection = await connect(url, { channelCapacity: 1 });
    await connection.send("go");
    expect([await connection.receive(), await connection.receive()]).toEqual(["first", "last"]);
    expect((await connection.close()).code).toBe(1000);
  });
});

describe("streams end with the connection", () => {
  test("aborting a writable whose peer does not read ends the connection", async () => {
    let peer: WsSocket | undefined;
    const url = await startPeerServer({
      serve(socket) {
        peer = socket;
        socket.pause();
      },
    });
    const connection = await connect(url);
    const writer = connection.writable.getWriter();
    const stuck = rejected(writer.write(new Uint8Array(32 * 1024 * 1024)));
    const aborted = writer.abort(new Error("enough"));
    expect(connection.socket.readyState).toBe(2);
    // It would have ended without this as well, 5 s later.
    peer?.resume();
    await connection.closed;
    await Promise.all([stuck, aborted.catch(() => {})]);
  });

  test("closed promises of reader and writer settle, and a pipe of nothing fails", async () => {
    const url = await startRawPeer((stream) => stream.end(CLOSE_FRAME));
    const connection = await connect(url);
    const writer = connection.writable.getWriter();
    const reader = connection.readable.getReader();
    const ended = rejected(writer.closed);
    await connection.send("go");
    await reader.closed;
    expect(await ended).toBeInstanceOf(TypeError);
  });
});

describe("arguments", () => {
  test("inherited options count, and what is no object is none", async () => {
    const url = await startPeerServer({
      serve: (peer, request) => peer.send(`${request.headers["x-token"]}`),
    });
    const connection = await connect(url, Object.create({ headers: { "x-token": "abc" } }));
    expect(await connection.receive()).toBe("abc");
    await connection.close();
    const wrong = Object.create({ readTimeout: "soon" });
    expect(await rejected(connect(url, wrong))).toMatchObject({ code: "ERR_INVALID_OPTION" });
    for (const none of [5, "chat", ["chat"]]) {
      const error = await rejected(connect(url, none as never));
      expect(error).toMatchObject({ kind: "INVALID", details: { option: "options" } });
    }
  });

  test("of receive, send and close: each is SocketError INVALID, or taken; nothing is half done", async () => {
    const url = await startPeerServer({ serve: (peer) => peer.send("there") });
    const connection = await connect(url);
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    for (const act of [
      () => connection.receive(null as never),
      () =>
        connection
          .receive({ signal: {} as AbortSignal, timeout: 1 })
          .then(() => connection.receive({ signal: {} as AbortSignal, timeout: 1 })),
      () => connection.send(shared),
      () => connection.sendBytes(new Array(3)),
    ]) {
      expect(await rejected(act())).toMatchObject({ kind: "INVALID" });
    }
    expect((await connection.close(1000, null as never)).code).toBe(1000);
  });

  test("receive with an aborted signal rejects, though it would not wait", async () => {
    const url = await startPeerServer({ serve: (peer) => peer.send("there") });
    const connection = await connect(url);
    const options = { timeout: 0, signal: AbortSignal.abort() };
    expect(await rejected(connection.receive(options))).toMatchObject({ kind: "CANCELED" });
    expect(await connection.receive()).toBe("there");
    await connection.close();
  });

  test("one signal may be waited for by many", async () => {
    const url = await startPeerServer({ serve: () => {} });
    const connection = await connect(url);
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    const controller = new AbortController();
    const waits = Array.from({ length: 30 }, () =>
      rejected(connection.receive({ signal: controller.signal })),
    );
    controller.abort();
    await Promise.all(waits);
    await new Promise((done) => setImmediate(done));
    process.off("warning", note);
    expect(warnings).toEqual([]);
    await connection.close();
  });
});
