/** onesocket beside Express: the middleware that knows the session of a request knows that of a socket.
 *  GET / is a page, POST /login begins a session, /echo is a WebSocket for who has one. */

import { randomUUID } from "node:crypto";
import { ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import express from "express";
import { WebSockets } from "onesocket/server";

const PAGE_DIRECTORY = fileURLToPath(new URL("..", import.meta.url));
const BUNDLE_DIRECTORY = fileURLToPath(
  new URL(".", import.meta.resolve("onesocket/onesocket.iife.min.js")),
);

/** Who has logged in, by the value of the cookie. A real store also forgets. */
const users = new Map();

/** Middleware as any that reads a session, express-session for one. */
function session(request, _response, next) {
  const [, id] = /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? "") ?? [];
  request.user = users.get(id);
  next();
}

const app = express();
app.use(session);
app.get("/", (_request, response) => {
  response.sendFile("page.html", { root: PAGE_DIRECTORY });
});
app.get("/onesocket.iife.min.js", (_request, response) => {
  response.sendFile("onesocket.iife.min.js", { root: BUNDLE_DIRECTORY });
});
app.get("/me", (request, response) => {
  response.json({ name: request.user?.name ?? null });
});
app.post("/login", (_request, response) => {
  // Here a password would be checked.
  const id = randomUUID();
  users.set(id, { name: `guest ${users.size + 1}` });
  response.cookie("session", id, { httpOnly: true, sameSite: "strict" }).sendStatus(204);
});

/** Runs the middleware on the request of a handshake, which Express itself never sees. */
function authenticate({ message }) {
  return new Promise((resolve, reject) => {
    session(message, new ServerResponse(message), (error) => {
      if (error) reject(error);
      else resolve(message.user ?? 401);
    });
  });
}

const sockets = new WebSockets({ authenticate });

sockets.route("/echo", async (connection, { identity }) => {
  await connection.send(`hello ${identity.name}`);
  for await (const message of connection) await connection.send(message);
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", (error) => {
  if (error) throw error;
  console.log(`http://127.0.0.1:${server.address().port}`);
});
sockets.attach(server);

async function stop() {
  await sockets.shutdown({ timeout: "5s" });
  server.close();
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
