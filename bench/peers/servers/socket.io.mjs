/** The server that socket.io-client talks to: echo, sink and flood as namespaces. */

import { createServer } from "node:http";
import { Server } from "socket.io";
import { MAX_PAYLOAD_BYTES } from "../../limits.mjs";

const FLOOD_PER_TURN = 1_000;

const http = createServer();
const server = new Server(http, {
  transports: ["websocket"],
  maxHttpBufferSize: MAX_PAYLOAD_BYTES,
  serveClient: false,
});

server.of("/echo").on("connection", (socket) => {
  socket.on("m", (data) => socket.emit("m", data));
});

server.of("/sink").on("connection", (socket) => {
  let awaited = 0;
  socket.on("m", (data) => {
    if (awaited === 0) awaited = JSON.parse(data).count;
    else {
      awaited -= 1;
      if (awaited === 0) socket.emit("m", "done");
    }
  });
});

server.of("/flood").on("connection", (socket) => {
  socket.on("m", (order) => flood(socket, JSON.parse(order)));
});

/** Sends so many a turn, and waits while what it has sent has not left. */
function flood(socket, { count, bytes, binary }) {
  const data = binary ? Buffer.alloc(bytes, "x") : "x".repeat(bytes);
  let left = count;
  const write = () => {
    if (!socket.connected) return;
    const isBehind = socket.conn.writeBuffer.length > 0;
    for (let sent = 0; !isBehind && sent < FLOOD_PER_TURN && left > 0; sent += 1) {
      left -= 1;
      socket.emit("m", data);
    }
    if (left > 0) setImmediate(write);
  };
  write();
}

http.listen(0, "127.0.0.1", () => process.send(`ws://127.0.0.1:${http.address().port}`));
process.on("disconnect", () => process.exit());
