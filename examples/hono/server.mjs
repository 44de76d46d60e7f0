/** onesocket beside Hono on Node: the same signed tokens for requests and sockets, and a topic.
 *  POST /login gives a token, /echo is a WebSocket, POST /news goes to who follows the news. */

import { randomBytes } from "node:crypto";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { jwt, sign, verify } from "hono/jwt";
import { WebSockets } from "onesocket/server";

const ALGORITHM = "HS256";
const LIFETIME_S = 60 * 60;
// Without a secret of your own, tokens are good until the next start.
const SECRET = process.env.JWT_SECRET ?? randomBytes(32).toString("hex");

/** What a token says, or 401 where it is none of ours, or too old. */
async function authenticate({ headers }) {
  const token = (headers.authorization ?? "").replace(/^Bearer /i, "");
  try {
    return await verify(token, SECRET, ALGORITHM);
  } catch {
    return 401;
  }
}

const sockets = new WebSockets({ authenticate });

sockets.route("/echo", async (connection, { identity }) => {
  connection.join("news");
  await connection.send(`hello ${identity.name}`);
  for await (const message of connection) await connection.send(message);
});

const app = new Hono();

app.get("/", (context) => context.json({ open: sockets.size }));

app.post("/login", async (context) => {
  // Here a password would be checked.
  const exp = Math.floor(Date.now() / 1000) + LIFETIME_S;
  return context.json({ token: await sign({ name: "guest", exp }, SECRET, ALGORITHM) });
});

app.post("/news", jwt({ secret: SECRET, alg: ALGORITHM }), async (context) => {
  const { name } = context.get("jwtPayload");
  const news = await context.req.json();
  return context.json({ receivers: sockets.to("news").send({ from: name, news }) });
});

const port = Number(process.env.PORT ?? 3000);
const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (address) => {
  console.log(`http://127.0.0.1:${address.port}`);
});
sockets.attach(server);

async function stop() {
  await sockets.shutdown({ timeout: "5s" });
  server.close();
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
