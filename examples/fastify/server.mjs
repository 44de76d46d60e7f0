/** onesocket beside Fastify: bearer tokens for requests and sockets, and a request that tells all sockets.
 *  POST /login gives a token, /echo is a WebSocket, POST /news goes to all who are connected. */

import { randomUUID } from "node:crypto";
import fastify from "fastify";
import { WebSockets } from "onesocket/server";

/** Who has logged in, by token. A real store also forgets. */
const users = new Map();

function userOf({ authorization = "" }) {
  return users.get(authorization.replace(/^Bearer /i, ""));
}

const sockets = new WebSockets({ authenticate: ({ headers }) => userOf(headers) ?? 401 });

sockets.route("/echo", async (connection, { identity }) => {
  await connection.send(`hello ${identity.name}`);
  for await (const message of connection) await connection.send(message);
});

const app = fastify();
sockets.attach(app.server);
// `close` runs it first, while the server still answers those who come with 503.
app.addHook("preClose", () => sockets.shutdown({ timeout: "5s" }));

app.get("/", () => ({ open: sockets.size }));

app.post("/login", () => {
  // Here a password would be checked.
  const token = randomUUID();
  users.set(token, { name: `guest ${users.size + 1}` });
  return { token };
});

app.post("/news", (request, reply) => {
  const user = userOf(request.headers);
  if (!user) return reply.code(401).header("WWW-Authenticate", "Bearer").send();
  return { receivers: sockets.broadcast({ from: user.name, news: request.body }) };
});

process.once("SIGTERM", () => app.close());
process.once("SIGINT", () => app.close());

console.log(await app.listen({ port: Number(process.env.PORT ?? 3000), host: "127.0.0.1" }));
