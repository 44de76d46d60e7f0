/** Peers: what is at the other end of a connection under test, of every temper, by path.
 *  They are sockets of `ws`, on whichever side. */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/** Serves the other end of a connection; `request` is its handshake. */
export type Peer = (socket: WebSocket, query: URLSearchParams, request: IncomingMessage) => void;

const closeAs = (socket: WebSocket, query: URLSearchParams): void => {
  const code = query.get("code");
  if (code === null) socket.close();
  else socket.close(Number(code), query.get("reason") ?? "");
};

/** The latest flood of each name. */
const floods = new Map<string | null, WebSocket>();

/** By path. */
export const PEERS: Readonly<Record<string, Peer>> = {
  "/echo": (socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  },
  "/close": closeAs,
  "/close-after-message": (socket, query) => {
    socket.on("message", () => closeAs(socket, query));
  },
  // All in one write, so that they arrive in one chunk.
  "/burst": (socket, query) => {
    const { _socket: stream } = socket as WebSocket & { _socket: Duplex };
    stream.cork();
    for (const text of query.getAll("text")) socket.send(text);
    if (query.has("close")) socket.close(1000, "done");
    stream.uncork();
  },
  "/bytes": (socket, query) => {
    for (const hex of query.getAll("hex")) socket.send(Buffer.from(hex, "hex"));
  },
  "/request": (socket, _query, request) => {
    socket.send(JSON.stringify({ url: request.url, headers: request.headers }));
  },
  "/ping": (socket) => {
    socket.on("pong", (payload) => socket.send(`pong ${payload}`));
    socket.on("ping", (payload) => socket.send(`ping ${payload}`));
    socket.ping("from the server");
  },
  "/terminate": (socket) => socket.terminate(),
  "/terminate-after-message": (socket) => {
    socket.on("message", () => socket.terminate());
  },
  "/large": (socket, query) => socket.send(Buffer.alloc(Number(query.get("bytes")))),
  // At the first message as much as it was asked for, whether the other side reads or not.
  "/flood": (socket, query) => {
    floods.set(query.get("name"), socket);
    const data = Buffer.alloc(Number(query.get("bytes")));
    socket.once("message", () => {
      for (let sent = 0; sent < Number(query.get("count")); sent += 1) socket.send(data);
    });
  },
  // For each message how many bytes the flood of that name has not got rid of.
  "/flood-left": (socket, query) => {
    const flood = floods.get(query.get("name"));
    socket.on("message", () => socket.send(`${flood?.bufferedAmount}`));
  },
  // Reads nothing for as long as it is open, so that the other side's output piles up.
  "/unread": (socket) => {
    socket.pause();
    const { _socket: stream } = socket as WebSocket & { _socket: Duplex };
    socket.send("paused");
    stream.on("error", () => {});
  },
};
