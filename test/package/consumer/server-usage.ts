/** A program that serves with the package, in Node. It is compiled, never run. */

import { createServer } from "node:http";
import { Compression, type Connection, isText, SocketError, type WebSocket } from "onesocket";
import {
  type Authenticate,
  type Handler,
  type ParamsOf,
  type PendingUpgrade,
  type RefusedMessage,
  type RouteParams,
  type ServerConnection,
  type SocketStats,
  type Topic,
  type UpgradeRequest,
  upgrade,
  WebSockets,
  type WebSocketsOptions,
} from "onesocket/server";

interface User {
  readonly name: string;
}

const authenticate: Authenticate = async (request, signal) => {
  signal.throwIfAborted();
  return request.headers.authorization === undefined ? 401 : { name: "ann" };
};

const options: WebSocketsOptions = {
  allowedOrigins: ["https://example.com", "https://*.example.com"],
  authenticate,
  protocols: (offered, request) => (request.origin ? offered[0] : null),
  headers: { "x-server": ["a", "b"] },
  compression: Compression.NO_CONTEXT,
  pingInterval: "20s",
  readTimeout: Infinity,
  trustProxy: (address, hop) => hop === 0 && address !== "",
  onError: (error, who) => {
    const id: string = who === null ? "" : who.id;
    console.error(id, error instanceof SocketError ? error.kind : error);
  },
};

export const sockets: WebSockets = new WebSockets(options);

const chat: Handler = async (connection, request) => {
  const { name } = request.identity as User;
  const { room } = request.params;
  if (typeof room !== "string") return;
  connection.join(room);
  for await (const message of connection) {
    if (isText(message)) sockets.to(room).send({ name, message }, { except: connection });
  }
};

sockets
  .attach(createServer(), { path: "/chat/:room" })
  .route("/chat/:room", chat)
  .route("/echo", async (connection: ServerConnection, { url }: UpgradeRequest) => {
    const client: Connection = connection;
    await client.send(`${url.pathname}${connection.topics.join()}`);
  });

sockets.route("/rooms/:room{/:page}/*files", ({ id }, { params }) => {
  const room: string = params.room;
  const page: string | undefined = params.page;
  const files: readonly string[] = params.files;
  sockets.to(room).send({ id, page, files });
});
const path: string = process.argv[2] ?? "/any";
sockets.route(path, (_connection, { params }) => {
  const { name }: RouteParams = params;
  return name;
});
export const blue: ParamsOf<"/rooms/:room"> = { room: "blue" };
const kick: Handler<{ readonly room: string }> = (connection, { params }) =>
  connection.leave(params.room);
sockets.route("/kick/:room", kick);

sockets.onUpgrade = (socket: WebSocket, { address }) => void socket.send(address);

export const sent: [number, number] = [
  sockets.broadcast("text"),
  sockets.broadcast(new Uint8Array(1), new Set(["ws-1"])),
];
export const found: WebSocket = sockets.get("ws-1");
export const sought: WebSocket | undefined = sockets.get("ws-1", false);
export const all: WebSocket[] = [...sockets];
export const topic: Topic = sockets.to("tea");
export const joined: [boolean, boolean, number] = [topic.add(found), topic.has(found), topic.size];
topic.send("hello", { overflow: "drop-oldest" });

const { accepted, refused, closed }: SocketStats = sockets.stats();
export const counts: (number | undefined)[] = [accepted, Object.values(refused)[0], closed[1000]];

export const server = createServer().on("upgrade", async (request, socket, head) => {
  const open: WebSocket = await upgrade(request, socket, head, { requireOrigin: true });
  const pending: PendingUpgrade = await upgrade(request, socket, head, { commit: false });
  const committed: WebSocket = pending.commit({ "x-own": "1" });
  pending.reject(403, "no");
  open.onmessage = ({ data }) => committed.send(data);
});

export function codeOf({ refusal }: RefusedMessage): string {
  return refusal.code;
}

export async function main(): Promise<void> {
  const { port } = await sockets.listen(0, { host: "127.0.0.1", tls: { cert: "", key: "" } });
  console.log(port.toFixed());
  await sockets.shutdown({ timeout: "5s", reconnectAfter: 1000 });
}
