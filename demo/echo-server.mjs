/** Echo server: sends every message back as it came, floods who asks for it, and serves the page.
 *  It listens on the loopback address only and knows `/echo`, `/flood` and the page's files. */

import { createServer, STATUS_CODES } from "node:http";
import { WebSocketServer } from "ws";
import { flood } from "./flood.mjs";
import { createPageListener } from "./page-files.mjs";

const HOST = "127.0.0.1";
const ECHO_PATH = "/echo";
const FLOOD_PATH = "/flood";
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const MAX_UNSENT_BYTES = 1024 * 1024;
const CLOSE_LIMIT_MS = 2_000;
const GOING_AWAY = 1001;

/** Sends back what comes. A client that sends faster than it reads is made to wait. */
function echo(socket) {
  socket.on("message", (data, isBinary) => {
    socket.send(data, { binary: isBinary }, () => {
      if (socket.isPaused && socket.bufferedAmount < MAX_UNSENT_BYTES) socket.resume();
    });
    if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.pause();
  });
  // A broken client concerns nobody else; its socket closes by itself.
  socket.on("error", () => {});
}

const SERVICES = new Map([
  [ECHO_PATH, echo],
  [FLOOD_PATH, flood],
]);

const PATHS = [...SERVICES.keys()].join(" and ");

/** Pages of other origins have no business here; a program sends no `Origin`. */
function isOwnOrigin({ headers: { origin, host } }) {
  return origin === undefined || origin === `http://${host}`;
}

function refuse(socket, status, reason) {
  const body = `${reason}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function createUpgradeListener(webSockets) {
  return (request, socket, head) => {
    socket.on("error", () => {});
    const [path] = request.url.split("?");
    const serve = SERVICES.get(path);
    if (!serve) refuse(socket, 404, `there is no WebSocket here, only at ${PATHS}`);
    else if (!isOwnOrigin(request)) refuse(socket, 403, "pages of other origins are not served");
    else webSockets.handleUpgrade(request, socket, head, serve);
  };
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
function close(server, webSockets) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      for (const client of webSockets.clients) client.terminate();
      server.closeAllConnections();
    }, CLOSE_LIMIT_MS);
    for (const client of webSockets.clients) client.close(GOING_AWAY, "Server shutting down...");
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/**
 * Starts the server on the loopback address.
 *
 * @param {number} port 0 for any free one
 * @returns {Promise<{ port: number, pageUrl: string, echoUrl: string, close(): Promise<void> }>}
 * @throws {Error} with the system's code (`EADDRINUSE`, `EACCES`) when the port is not to be had
 */
export async function startEchoServer(port) {
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  const server = createServer(await createPageListener());
  server.on("upgrade", createUpgradeListener(webSockets));
  const actualPort = await listen(server, port);
  return {
    port: actualPort,
    pageUrl: `http://${HOST}:${actualPort}/`,
    echoUrl: `ws://${HOST}:${actualPort}${ECHO_PATH}`,
    close: () => close(server, webSockets),
  };
}
