/** Listening: servers of one test, on a free port, closed when the test has finished. */

import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import type { TlsOptions } from "node:tls";
import { onTestFinished } from "vitest";
import { type WebSocket as Peer, WebSocketServer } from "ws";

/** Starts `server` on 127.0.0.1; resolves with the port. It is closed when the test has finished. */
export async function listen(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  );
  return (server.address() as AddressInfo).port;
}

/** A TCP server that answers nobody, and keeps what it was sent. */
export interface SilentServer {
  readonly host: string;
  /** How many connections were opened so far. */
  connections(): number;
  /** What arrived so far, of all connections. */
  received(): string;
  /** Resolves once somebody has sent something. */
  readonly spokenTo: Promise<void>;
}

export async function startSilentServer(): Promise<SilentServer> {
  let connections = 0;
  let received = "";
  let wake: () => void = () => {};
  const spokenTo = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.on("data", (chunk) => {
      received += chunk;
      wake();
    });
  });
  const host = `127.0.0.1:${await listen(server)}`;
  return { host, connections: () => connections, received: () => received, spokenTo };
}

/** What a WebSocket server of a test does. */
export interface PeerServerOptions {
  /** Speaks TLS with these settings. */
  readonly tls?: TlsOptions;
  readonly perMessageDeflate?: boolean | object;
  readonly serve: (peer: Peer, request: IncomingMessage) => void;
}

/** A WebSocket server; resolves with its URL, without a path. */
export async function startPeerServer(options: PeerServerOptions): Promise<string> {
  const { tls, perMessageDeflate = false, serve } = options;
  const server = tls ? createHttpsServer(tls) : createHttpServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate });
  sockets.on("connection", (peer, request) => {
    peer.on("error", () => {});
    serve(peer, request);
  });
  const port = await listen(server);
  return tls ? `wss://localhost:${port}` : `ws://127.0.0.1:${port}`;
}
