/** Doors: HTTP servers whose upgrade requests come in here: those of others, and one of our own. */

import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { MAX_DELAY_MS } from "../base/timer.ts";
import { SocketError } from "../errors.ts";
import { readPathname } from "./request-url.ts";
import { Routes } from "./routes.ts";
import type { UpgradeEvent } from "./upgrader.ts";

/** A server that emits `upgrade`, as Node's `http` and `https` do. */
export type HttpServer = Server | TlsServer;

/** What stands behind a door. */
export interface Entrance {
  readonly isClosed: boolean;
  takes(pathname: string): boolean;
  receive(event: UpgradeEvent): void;
  refuseUnknown(event: UpgradeEvent): void;
}

interface Door {
  readonly entrance: Entrance;
  /** Whether a path comes in by it; everything that the entrance takes where there is none. */
  readonly isPath: ((pathname: string) => boolean) | null;
}

/** The doors of each server: they share one listener, so that a path without a door is refused once. */
const doorsOf = new WeakMap<HttpServer, Door[]>();

/** Lets the upgrade requests of a server come in, those for `path` where it is given. */
export function openDoor(server: HttpServer, entrance: Entrance, path: string | undefined): void {
  const door: Door = { entrance, isPath: path === undefined ? null : parsePath(path) };
  const doors = doorsOf.get(server);
  if (doors) {
    doors.push(door);
    return;
  }
  const opened = [door];
  doorsOf.set(server, opened);
  server.on("upgrade", (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    lead(server, opened, { message, socket, head });
  });
}

function parsePath(path: string): (pathname: string) => boolean {
  const routes = new Routes<true>();
  routes.set(path, true);
  return (pathname) => routes.find(pathname) !== null;
}

function lead(server: HttpServer, doors: readonly Door[], event: UpgradeEvent): void {
  const pathname = readPathname(event.message.url ?? "");
  const fitting = doors.filter(({ isPath, entrance }) =>
    isPath ? isPath(pathname) : entrance.takes(pathname),
  );
  // One that was shut down refuses, unless another has taken its place.
  const door = fitting.find(({ entrance }) => !entrance.isClosed) ?? fitting[0];
  if (door) door.entrance.receive(event);
  // Somebody else may listen for it.
  else if (server.listenerCount("upgrade") === 1) doors[0]?.entrance.refuseUnknown(event);
}

/** Where a server of our own listens. */
export interface ListenOptions {
  /** The address to bind. @default all */
  readonly host?: string | undefined;
  /** The path to serve. @default all routes */
  readonly path?: string | undefined;
  /** Certificate and key, as of Node's `https.createServer`; then it speaks `wss:`. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
}

/** What a server of our own is held to. */
export interface ListenLimits {
  readonly handshakeTimeoutMs: number;
  readonly maxConnections: number;
}

/** Node checks its timeouts this often, in ms. */
const CHECK_INTERVAL_MS = 1_000;
/** TCP connections beyond those that may be WebSockets: whom to tell that there is no room. */
const SPARE_CONNECTIONS = 1_000;

/** Makes a server for nothing but WebSockets: other requests are answered with 426. */
export function createOwnServer(
  { tls }: ListenOptions,
  { handshakeTimeoutMs, maxConnections }: ListenLimits,
): HttpServer {
  const timeoutMs = Number.isFinite(handshakeTimeoutMs) ? handshakeTimeoutMs : 0;
  const options = {
    // That of TLS; 0 is no limit for Node's HTTP, and none for its TLS.
    handshakeTimeout: timeoutMs || MAX_DELAY_MS,
    headersTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    keepAliveTimeout: 1_000,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  };
  const server = tls ? createTlsServer({ ...options, ...tls }) : createServer(options);
  server.on("request", (_request, response) => {
    const body = "Upgrade Required";
    const headers = {
      Upgrade: "websocket",
      Connection: "Upgrade, close",
      "Content-Length": body.length,
    };
    response.writeHead(426, { ...headers, "Content-Type": "text/plain; charset=utf-8" }).end(body);
  });
  if (Number.isFinite(maxConnections)) server.maxConnections = maxConnections + SPARE_CONNECTIONS;
  return server;
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
