/** Server: bare `ws`, used as its own documentation shows. */

import { WebSocketServer } from "ws";
import { wsOptions } from "../clients/ws-options.mjs";

/**
 * Resolves with a server; its sockets have one listener for messages.
 *
 * @param kind "idle", "echo", or "compressing"
 */
export async function start(kind) {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    backlog: 4096,
    ...wsOptions(kind === "compressing" ? "alone" : undefined),
  });
  server.on("connection", (socket) => {
    if (kind === "echo") {
      socket.on("message", (data, isBinary) => socket.send(isBinary ? data : data.toString()));
    } else socket.on("message", () => {});
  });
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
