/** The bench's server process: bare `ws` on a port of its own, the same for every peer.
 *  It is kept cheaper than any client, so that what is measured is the client. */

import { Sender, WebSocketServer } from "ws";
import { MAX_PAYLOAD_BYTES } from "./limits.mjs";

const OPCODE_TEXT = 1;
const OPCODE_BINARY = 2;
const SLAB_BYTES = 256 * 1024;

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  perMessageDeflate: false,
  maxPayload: MAX_PAYLOAD_BYTES,
  clientTracking: false,
});

server.on("listening", () => process.send(`ws://127.0.0.1:${server.address().port}`));

server.on("connection", (socket, request) => {
  const serve = request.url === "/flood" ? serveFlood : serveEcho;
  serve(socket, request.socket);
});

process.on("disconnect", () => process.exit());

/** Sends every message back. All answers of one turn leave in one write, by one system call. */
function serveEcho(socket, stream) {
  let corked = false;
  const flush = () => {
    corked = false;
    stream.uncork();
  };
  socket.on("message", (data, isBinary) => {
    if (!corked) {
      corked = true;
      stream.cork();
      process.nextTick(flush);
    }
    socket.send(data, { binary: isBinary });
  });
}

/** Answers `{ count, bytes, binary }` with so many equal messages. */
function serveFlood(socket, stream) {
  socket.on("message", (order) => flood(stream, JSON.parse(order.toString())));
}

/** Writes frames made once, many at a time, and waits for "drain" as often as the stream asks. */
function flood(stream, { count, bytes, binary }) {
  const frame = encodeFrame(bytes, binary);
  const perSlab = Math.ceil(SLAB_BYTES / frame.length);
  const slab = Buffer.concat(Array(perSlab).fill(frame));
  let left = count;
  const write = () => {
    while (left > 0 && !stream.destroyed) {
      const frames = Math.min(left, perSlab);
      left -= frames;
      if (!stream.write(slab.subarray(0, frames * frame.length))) {
        stream.once("drain", write);
        return;
      }
    }
  };
  write();
}

function encodeFrame(bytes, binary) {
  const opcode = binary ? OPCODE_BINARY : OPCODE_TEXT;
  const options = { fin: true, rsv1: false, mask: false, readOnly: true, opcode };
  return Buffer.concat(Sender.frame(Buffer.alloc(bytes, "x"), options));
}
