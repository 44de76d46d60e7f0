/** Server: bare `ws`, used as its own documentation shows. */

import { WebSocketServer } from "ws";
import { MAX_PAYLOAD_BYTES } from "../limits.mjs";

/** Resolves with a server; its sockets have one listener for messages, and do nothing else. */
export async function start() {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    backlog: 4096,
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD_BYTES,
  });
  server.on("connection", (socket) => socket.on("message", () => {}));
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    port: server.address().port,
    count: () => server.clients.size,
    /** The loop that every program over `ws` has. */
    broadcast(data) {
      for (const socket of server.clients) socket.send(data);
    },
  };
}
