/** The neutral server where there is no compiler, and that of the slow consumer: bare `ws`, made as
 *  cheap as it can be. It echoes, counts and floods as the program in `native/` does. */

import { createServer } from "node:http";
import { Sender, WebSocketServer } from "ws";
import { MAX_PAYLOAD_BYTES } from "./limits.mjs";

const OPCODE_TEXT = 1;
const OPCODE_BINARY = 2;
const SLAB_BYTES = 256 * 1024;

const SERVES = {
  "/echo": { serve: serveEcho },
  "/sink": { serve: serveSink },
  "/flood": { serve: serveFlood },
  "/deflate": { serve: serveEcho, deflate: { threshold: 0 } },
  "/deflate-alone": {
    serve: serveEcho,
    deflate: { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
  },
};

const upgraders = new Map();
for (const [path, { deflate = false }] of Object.entries(SERVES)) {
  const options = { noServer: true, perMessageDeflate: deflate, clientTracking: false };
  upgraders.set(path, new WebSocketServer({ ...options, maxPayload: MAX_PAYLOAD_BYTES }));
}

const http = createServer();
http.on("upgrade", (request, stream, head) => {
  const upgrader = upgraders.get(request.url) ?? upgraders.get("/echo");
  const { serve } = SERVES[request.url] ?? SERVES["/echo"];
  upgrader.handleUpgrade(request, stream, head, (socket) => serve(socket, stream));
});
http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  process.send(`ws://127.0.0.1:${http.address().port}`);
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

/** Answers `{ count }`, once so many messages have come, with one. */
function serveSink(socket) {
  let awaited = 0;
  socket.on("message", (data) => {
    if (awaited === 0) awaited = JSON.parse(data.toString()).count;
    else {
      awaited -= 1;
      if (awaited === 0) socket.send("done");
    }
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
