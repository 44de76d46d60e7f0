/** Echo server: sends every message back as it came, floods who asks for it, chats, and serves the page.
 *  It listens on the loopback address only and knows `/echo`, `/flood`, `/chat` and the page's files. */

import { createServer } from "node:http";
import { WebSockets } from "onesocket/server";
import { createChat } from "./chat-server.mjs";
import { flood } from "./flood.mjs";
import { createPageListener } from "./page-files.mjs";

const HOST = "127.0.0.1";
const ECHO_PATH = "/echo";
const FLOOD_PATH = "/flood";
const SHUTDOWN_TIMEOUT = "2s";

/** Sends back what comes. A client that sends faster than it reads is made to wait. */
async function echo(connection) {
  for await (const message of connection) await connection.send(message);
}

function createEcho() {
  return new WebSockets({ protocols: ["echo"] }).route(ECHO_PATH, echo).route(FLOOD_PATH, flood);
}

/** Resolves with the port that `server` listens on. Rejects when it is taken or not allowed. */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve(server.address().port);
    });
  });
}

/** Says goodbye to all clients, waits for them within a limit, and resolves when nothing is left. */
async function close(server, services) {
  const closed = new Promise((resolve) => server.close(resolve));
  await Promise.all(services.map((sockets) => sockets.shutdown({ timeout: SHUTDOWN_TIMEOUT })));
  server.closeAllConnections();
  await closed;
}

/**
 * Starts the server on the loopback address.
 *
 * @param {number} port 0 for any free one
 * @returns {Promise<{ port: number, pageUrl: string, echoUrl: string, close(): Promise<void> }>}
 * @throws {Error} with the system's code (`EADDRINUSE`, `EACCES`) when the port is not to be had
 */
export async function startEchoServer(port) {
  const server = createServer(await createPageListener());
  const actualPort = await listen(server, port);
  const services = [createEcho(), createChat()];
  for (const sockets of services) sockets.attach(server);
  return {
    port: actualPort,
    pageUrl: `http://${HOST}:${actualPort}/`,
    echoUrl: `ws://${HOST}:${actualPort}${ECHO_PATH}`,
    close: () => close(server, services),
  };
}
