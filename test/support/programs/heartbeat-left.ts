/** Heartbeat left: a program with a server and one client, neither of which keeps it alive: then nothing may. */

import { createServer, request } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSockets } from "../../../src/server/index.ts";

const sockets = new WebSockets({ pingInterval: "1h", readTimeout: "2h" });
const server = createServer();
sockets.attach(server);
server.on("connection", (socket: Socket) => socket.unref());

sockets.onUpgrade = () => {
  process.on("exit", () => process.stdout.write(`left with ${sockets.size} open`));
};

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const asking = request({ port, host: "127.0.0.1", headers, agent: false });
  asking.on("upgrade", (_response, socket: Socket) => {
    socket.unref();
    server.unref();
  });
  asking.end();
});
