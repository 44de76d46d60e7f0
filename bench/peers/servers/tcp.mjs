/** Server: no library. A handshake by hand, then the bytes of the same frames, not looked at. */

import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { clientFrame, FrameCounter, frameSlab, repeat, serverFrame } from "../bytes.mjs";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const CLOSE_FRAME = serverFrame(8, Buffer.of(0x03, 0xe8));
const CLOSE_REQUEST = clientFrame(8, Buffer.of(0x03, 0xe8));

/** The accept key of a handshake (RFC 6455, section 4.2.2). */
function answerTo(request) {
  const [, key] = /sec-websocket-key: *(\S+)/i.exec(request);
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  return [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  ].join("\r\n");
}

/** Frames that are written as often as asked, all of a turn at once. */
class Repeater {
  #message;
  #slab;
  #due = 0;

  /** Writes the same to all of `sockets` once the turn ends. */
  add(data, sockets) {
    if (this.#message !== data) {
      this.#message = data;
      this.#slab = frameSlab(serverFrame(1, Buffer.from(data)));
    }
    if (this.#due === 0) process.nextTick(() => this.#flush(sockets));
    this.#due += 1;
  }

  #flush(sockets) {
    const times = this.#due;
    this.#due = 0;
    for (const socket of sockets) repeat(this.#slab, times, (bytes) => socket.write(bytes));
  }
}

/** Echoes by one write for each read: the payload's length is that of the first frame. */
function echo(socket) {
  const counter = new FrameCounter();
  let slab;
  socket.on("data", (chunk) => {
    if (chunk.equals(CLOSE_REQUEST)) {
      socket.end(CLOSE_FRAME);
      return;
    }
    const frames = counter.count(chunk);
    if (slab === undefined)
      slab = frameSlab(serverFrame(1, Buffer.alloc(counter.payloadBytes, "x")));
    repeat(slab, frames, (bytes) => socket.write(bytes));
  });
}

/** Resolves with a server that waits for the end of its clients, or echoes. */
export async function start(kind) {
  const sockets = new Set();
  const repeater = new Repeater();
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (request) => {
      socket.write(answerTo(request.toString("latin1")));
      sockets.add(socket);
      if (kind === "echo") echo(socket);
      else socket.on("data", () => socket.end(CLOSE_FRAME));
    });
  });
  await new Promise((resolve) =>
    server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, resolve),
  );
  return {
    port: server.address().port,
    count: () => sockets.size,
    broadcast: (data) => repeater.add(data, sockets),
  };
}
