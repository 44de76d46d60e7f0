/** onesocket beside Node's own http server: one port, and one session for requests and sockets.
 *  GET / is a page, POST /login begins a session, /echo is a WebSocket for who has one. */

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { WebSockets } from "onesocket/server";

const FILES = {
  "/": { url: new URL("../page.html", import.meta.url), type: "text/html; charset=utf-8" },
  "/onesocket.iife.min.js": {
    url: new URL(import.meta.resolve("onesocket/onesocket.iife.min.js")),
    type: "text/javascript; charset=utf-8",
  },
};

/** Who has logged in, by the value of the cookie. A real store also forgets. */
const users = new Map();

function userOf(headers) {
  const [, session] = /(?:^|; )session=([\w-]+)/.exec(headers.cookie ?? "") ?? [];
  return users.get(session);
}

function logIn(response) {
  // Here a password would be checked.
  const session = randomUUID();
  users.set(session, { name: `guest ${users.size + 1}` });
  const cookie = `session=${session}; HttpOnly; SameSite=Strict; Path=/`;
  response.writeHead(204, { "Set-Cookie": cookie }).end();
}

async function sendFile(path, response) {
  const file = Object.hasOwn(FILES, path) ? FILES[path] : null;
  if (file) response.writeHead(200, { "Content-Type": file.type }).end(await readFile(file.url));
  else response.writeHead(404).end("Not Found");
}

const server = createServer((request, response) => {
  if (request.method === "POST" && request.url === "/login") logIn(response);
  else sendFile(request.url, response).catch((error) => response.destroy(error));
});

const sockets = new WebSockets({ authenticate: ({ headers }) => userOf(headers) ?? 401 });

sockets.route("/echo", async (connection, { identity }) => {
  await connection.send(`hello ${identity.name}`);
  for await (const message of connection) await connection.send(message);
});
sockets.attach(server);

async function stop() {
  await sockets.shutdown({ timeout: "5s" });
  server.close();
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
