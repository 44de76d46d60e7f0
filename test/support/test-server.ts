/** Test server: one HTTP server whose paths are peers of every temper, for tests in Node and in a page.
 *  Well-behaved ones are sockets of `ws`; the others write their bytes by hand. */

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { PEERS } from "./peers.ts";

type RawPeer = (socket: Duplex, query: URLSearchParams, request: IncomingMessage) => void;

/** Peers that don't speak the protocol, by path; they get the connection before anything was answered. */
const RAW_PEERS: Readonly<Record<string, RawPeer>> = {
  "/silent": () => {},
  "/hang-up": (socket) => socket.destroy(),
  "/half-answer": (socket) => socket.end("HTTP/1.1 101 Switching Proto"),
  "/garbage": (socket) => socket.end("this is not HTTP\r\n\r\n"),
  "/status": (socket, query) => {
    const status = query.get("code") ?? "500";
    const fields = query.getAll("field").map((field) => `${field}\r\n`);
    const body = query.get("body") ?? "";
    const head = `HTTP/1.1 ${status} ${query.get("text") ?? "Refused"}\r\nConnection: close\r\n`;
    socket.end(`${head}${fields.join("")}Content-Length: ${body.length}\r\n\r\n${body}`);
  },
  "/endless-body": (socket) => {
    socket.write("HTTP/1.1 503 Busy\r\n\r\n");
    socket.write("x".repeat(100_000));
    socket.on("error", () => {});
  },
  "/half-body": (socket) => {
    socket.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 100\r\n\r\nstart");
    socket.on("error", () => {});
  },
  "/bad-accept": (socket) => socket.write(switching("wrong".repeat(5))),
  "/no-upgrade": (socket, _query, request) => {
    socket.write(switching(acceptFor(request)).replace("Upgrade: websocket", "Upgrade: other"));
  },
  "/protocol": (socket, query, request) => {
    socket.write(switching(acceptFor(request), `Sec-WebSocket-Protocol: ${query.get("name")}`));
  },
  "/extension": (socket, _query, request) => {
    socket.write(switching(acceptFor(request), "Sec-WebSocket-Extensions: x-unknown"));
  },
  "/frames": (socket, query, request) => {
    socket.write(switching(acceptFor(request)));
    socket.write(Buffer.from(query.get("hex") ?? "", "hex"));
    if (query.has("end")) socket.end();
    // The client's answer to a ping shows that it has read what came before.
    if (query.has("reset")) socket.on("data", () => reset(socket));
    else if (query.has("hold")) socket.resume();
    else socket.on("data", () => socket.end());
  },
};

function switching(accept: string, ...fields: string[]): string {
  const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  return [...head, `Sec-WebSocket-Accept: ${accept}`, ...fields, "", ""].join("\r\n");
}

function acceptFor(request: IncomingMessage): string {
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  return createHash("sha1").update(key).digest("base64");
}

function reset(socket: Duplex): void {
  if ("resetAndDestroy" in socket && typeof socket.resetAndDestroy === "function") {
    socket.resetAndDestroy();
  }
}

function pickProtocol(offered: Set<string>, request: IncomingMessage): string | false {
  const wanted = new URL(request.url ?? "/", "http://test").searchParams.get("choose");
  return wanted ?? [...offered][0] ?? false;
}

function attach(server: Server): void {
  const plain = new WebSocketServer({ noServer: true, handleProtocols: pickProtocol });
  const deflating = new WebSocketServer({
    noServer: true,
    perMessageDeflate: { threshold: 0 },
    handleProtocols: pickProtocol,
  });
  server.on("upgrade", (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://test");
    socket.on("error", () => {});
    const raw = RAW_PEERS[pathname];
    const peer = PEERS[pathname];
    if (raw) raw(socket, searchParams, request);
    else if (peer) {
      const sockets = searchParams.has("deflate") ? deflating : plain;
      sockets.handleUpgrade(request, socket, head, (ws) => {
        ws.on("error", () => {});
        peer(ws, searchParams, request);
      });
    } else socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found");
  });
  server.on("request", (_request, response) => response.writeHead(200).end("<!doctype html>"));
}

/** A running test server. */
export interface TestServer {
  /** As `ws://127.0.0.1:1234` or `wss://localhost:1234`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Starts a test server on a free port; with a certificate, it speaks TLS. */
export async function startTestServer(tls?: { key: string; cert: string }): Promise<TestServer> {
  const server = tls ? createTlsServer(tls) : createServer();
  const open = new Set<Duplex>();
  server.on("connection", (socket: Duplex) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  attach(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: tls ? `wss://localhost:${port}` : `ws://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
