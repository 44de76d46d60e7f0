/** Own server: an HTTP server for nothing but WebSockets. */

import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { MAX_DELAY_MS } from "../base/timer.ts";
import { SocketError } from "../errors.ts";
import type { HttpServer } from "./attach.ts";
import { answerClientError } from "./client-error.ts";
import { type Check, isText } from "./option-checks.ts";

/** Where a server of our own listens. */
export interface ListenOptions {
  /** The address to bind. @default all */
  readonly host?: string | undefined;
  /** The path to serve. @default all routes */
  readonly path?: string | undefined;
  /** Certificate and key, as of Node's `https.createServer`; then it speaks `wss:`. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
}

function isTls(value: unknown): string | null {
  const { cert, key } = Object(value);
  return cert && key ? null : "{ cert, key }";
}

/** Each option by itself. */
export const LISTEN_CHECKS: Readonly<Record<string, Check>> = {
  host: (value) =>
    typeof value === "string" && value !== "" ? null : "an address, or a host name",
  path: isText,
  tls: isTls,
};

/** What a server of our own is held to. */
export interface ListenLimits {
  readonly handshakeTimeoutMs: number;
  readonly maxConnections: number;
}

/** Node checks its timeouts this often, in ms. */
const CHECK_INTERVAL_MS = 1_000;
/** TCP connections beyond those that may be WebSockets: whom to tell that there is no room. */
const SPARE_CONNECTIONS = 1_000;

/** All TCP connections of a server that speaks TLS: Node forgets to close those that have not finished their TLS handshake. */
const socketsOf = new WeakMap<HttpServer, Set<Socket>>();

/** By one function for all of a server's sockets: each may live for long. */
function trackSockets(server: HttpServer): void {
  const sockets = new Set<Socket>();
  socketsOf.set(server, sockets);
  function forget(this: Socket): void {
    sockets.delete(this);
  }
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", forget);
  });
}

/** Makes a server for nothing but WebSockets: other requests are answered with 426. */
export function createOwnServer(
  { tls }: ListenOptions,
  { handshakeTimeoutMs, maxConnections }: ListenLimits,
): HttpServer {
  const isLimited = Number.isFinite(handshakeTimeoutMs);
  const timeoutMs = isLimited ? Math.min(Math.ceil(handshakeTimeoutMs), MAX_DELAY_MS) : 0;
  const options = {
    // That of TLS; 0 is no limit for Node's HTTP, and none for its TLS.
    handshakeTimeout: timeoutMs || MAX_DELAY_MS,
    headersTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    keepAliveTimeout: 1_000,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  };
  const server = tls ? createSecure({ ...options, ...tls }) : createServer(options);
  server.on("request", (_request, response) => {
    const body = "Upgrade Required";
    const headers = {
      Upgrade: "websocket",
      Connection: "Upgrade, close",
      "Content-Length": body.length,
    };
    response.writeHead(426, { ...headers, "Content-Type": "text/plain; charset=utf-8" }).end(body);
  });
  server.on("clientError", answerClientError);
  if (tls) trackSockets(server);
  if (Number.isFinite(maxConnections)) server.maxConnections = maxConnections + SPARE_CONNECTIONS;
  return server;
}

/** @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, for what is no certificate or no key of it */
function createSecure(options: object): HttpServer {
  try {
    return createTlsServer(options);
  } catch (cause) {
    const message = `WebSockets.listen: tls is refused: ${cause instanceof Error ? cause.message : cause}`;
    const details = { option: "tls" };
    throw new SocketError("INVALID", message, { code: "ERR_INVALID_OPTION", details, cause });
  }
}

/** Resolves with where the server listens. */
export function listen(server: HttpServer, port: number, host?: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error & { code?: string }): void => {
      const code = cause.code ?? "ERR_LISTEN";
      reject(new SocketError("INTERNAL", `WebSockets.listen: ${cause.message}`, { code, cause }));
    };
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Resolves once a server of our own is closed, with all its connections. */
export function closeServer(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    for (const socket of socketsOf.get(server) ?? []) socket.destroy();
  });
}
