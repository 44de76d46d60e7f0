/** Failing dials: two connections that cannot come about, and the reasons that the library gives.
 *  Each ends in exactly one error and one close; anything else fails the demo. */

import { once } from "node:events";
import { createServer } from "node:net";
import { isSocketError, WebSocket } from "onesocket";
import { terminal } from "./terminal.mjs";

/** Dials a URL that is expected to fail; resolves with the one error, once the socket has closed. */
async function dialInVain(url) {
  const errors = [];
  const socket = new WebSocket(url);
  socket.addEventListener("error", ({ error }) => errors.push(error));
  const { code, wasClean } = await socket.read();
  const [error] = errors;
  if (errors.length !== 1 || !isSocketError(error) || code !== 1006 || wasClean) {
    throw new Error(`${url} ended with ${errors.length} errors and close code ${code}`);
  }
  return error;
}

/** A port where nobody listens: one that was free a moment ago. */
async function findClosedPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function showRefusedConnection() {
  const error = await dialInVain(`ws://127.0.0.1:${await findClosedPort()}/`);
  if (error.code !== "ECONNREFUSED") {
    throw new Error(`a closed port failed with ${error.code} instead of ECONNREFUSED`);
  }
  terminal.failed(error.code, error.message);
}

async function showRefusedHandshake(echoUrl) {
  const error = await dialInVain(new URL("/nowhere", echoUrl));
  if (error.details.status !== 404) {
    throw new Error(`a missing path failed with status ${error.details.status} instead of 404`);
  }
  terminal.failed(`HTTP ${error.details.status}`, error.message);
}

/**
 * Dials a closed port, and a path where the server has no WebSocket, and prints the reasons.
 *
 * @param {string} echoUrl the echo server's `ws:` URL
 * @throws {Error} when a dial does not fail as it should
 */
export async function showFailingDials(echoUrl) {
  await showRefusedConnection();
  await showRefusedHandshake(echoUrl);
  terminal.passed("each ended in one error and one close");
}
