/** Routes on real servers: who gets which handshake, and what nobody takes. */

import { expect, test } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { connect } from "../../src/index.ts";
import type { RouteParams, UpgradeRequest, WebSockets } from "../../src/server/index.ts";
import { handshake, makeSockets, serve, startHttp } from "../support/serving.ts";
import { thrown } from "../support/sockets.ts";

/** The first message of the server at `url`. */
async function greeting(url: string): Promise<unknown> {
  await using connection = await connect(url);
  return await connection.receive();
}

/** Has each of the paths greet with the path as it was registered. */
function greetAt(sockets: WebSockets, ...paths: string[]): void {
  for (const path of paths) sockets.route(path, (connection) => connection.send(path));
}

test("each path has its handler, and a path for itself goes before a pattern", async () => {
  const { sockets, url } = await serve();
  greetAt(sockets, "/:name", "/chat", "/chat/:room", "/");
  const paths = ["/chat", "/news", "/chat/tea", "/"];
  const greetings = await Promise.all(paths.map((path) => greeting(url + path)));
  expect(greetings).toEqual(["/chat", "/:name", "/chat/:room", "/"]);
});

test("the handler gets what the parameters took, decoded, and nothing inherited", async () => {
  const { sockets, url } = await serve();
  const seen = new Deferred<RouteParams>();
  sockets.route("/rooms/:room/*rest", (_connection, { params }) => seen.resolve(params));
  await greeting(`${url}/rooms/caf%C3%A9/a/b%2Fc`);
  const params = await seen.promise;
  expect({ ...params }).toEqual({ room: "café", rest: ["a", "b/c"] });
  expect(Object.getPrototypeOf(params)).toBeNull();
});

test("the handler gets the request: its URL with the query, its header, its origin", async () => {
  const { sockets, url } = await serve({ allowedOrigins: null });
  const seen = new Deferred<UpgradeRequest>();
  sockets.route("/chat", (_connection, request) => seen.resolve(request));
  await handshake(`${url}/chat?a=1`, { "x-own": "2", Origin: "https://example.com" });
  const request = await seen.promise;
  expect(request.url.href).toBe(`${url}/chat?a=1`);
  expect(request).toMatchObject({
    address: "127.0.0.1",
    origin: "https://example.com",
    headers: { "x-own": "2" },
    identity: undefined,
  });
});

test("a path without a route is answered with 404, and counted", async () => {
  const { sockets, url } = await serve();
  greetAt(sockets, "/chat");
  expect(await handshake(`${url}/other`)).toMatchObject({ status: 404, body: "Not Found" });
  expect(sockets.stats()).toMatchObject({ accepted: 0, refused: { ERR_NO_ROUTE: 1 } });
});

test("malformed percent-encoding is no route", async () => {
  const { sockets, url } = await serve();
  greetAt(sockets, "/:name");
  expect((await handshake(`${url}/%zz`)).status).toBe(404);
});

test("onUpgrade beside routes gets every socket, before the handler, and takes all paths", async () => {
  const { sockets, url } = await serve();
  const seen: unknown[] = [];
  sockets.onUpgrade = (socket, request) => {
    seen.push(`hook ${request.url.pathname}`);
    if (request.url.pathname !== "/chat") socket.close(4000);
  };
  sockets.route("/chat", (connection) => {
    seen.push(`handler of ${[...sockets].at(-1) === connection.socket}`);
  });
  const ends = [await connect(`${url}/chat`), await connect(`${url}/other`)].map((c) => c.closed);
  expect((await Promise.all(ends)).map(({ code }) => code)).toEqual([1000, 4000]);
  expect(seen).toEqual(["hook /chat", "handler of true", "hook /other"]);
});

test("without routes and hook every path is taken", async () => {
  const { sockets, url } = await serve();
  expect((await handshake(`${url}/anywhere`)).status).toBe(101);
  expect(sockets.size).toBe(1);
});

test("several WebSockets share a server, each with its paths", async () => {
  const { server, url } = await startHttp();
  const [chat, news] = [makeSockets().sockets, makeSockets().sockets];
  greetAt(chat, "/chat", "/other");
  greetAt(news, "/news/:topic");
  chat.attach(server, { path: "/chat" });
  news.attach(server, { path: "/news/:topic" });
  expect(await greeting(`${url}/chat`)).toBe("/chat");
  expect(await greeting(`${url}/news/tea`)).toBe("/news/:topic");
  // It has a route, but no door.
  expect((await handshake(`${url}/other`)).status).toBe(404);
  expect([chat.stats().accepted, news.stats().accepted]).toEqual([1, 1]);
});

test("several WebSockets without paths share a server by their routes", async () => {
  const { server, url } = await startHttp();
  const [chat, news] = [makeSockets().sockets, makeSockets().sockets];
  greetAt(chat.attach(server), "/chat");
  greetAt(news.attach(server), "/news");
  expect(await greeting(`${url}/chat`)).toBe("/chat");
  expect(await greeting(`${url}/news`)).toBe("/news");
  expect((await handshake(`${url}/other`)).status).toBe(404);
  expect(chat.stats().refused).toEqual({ ERR_NO_ROUTE: 1 });
});

test("another listener for upgrades gets what no door takes, and answers it alone", async () => {
  const { server, url } = await startHttp();
  const { sockets } = makeSockets();
  const others: (string | undefined)[] = [];
  greetAt(sockets.attach(server), "/chat");
  server.on("upgrade", (message, socket) => {
    if (message.url === "/chat") return;
    others.push(message.url);
    socket.end("HTTP/1.1 418 Mine\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  expect(await greeting(`${url}/chat`)).toBe("/chat");
  expect((await handshake(`${url}/other`)).status).toBe(418);
  expect([others, sockets.stats().refused]).toEqual([["/other"], {}]);
});

test("a server's plain requests stay its own", async () => {
  const { server, url } = await startHttp();
  greetAt(makeSockets().sockets.attach(server), "/chat");
  const response = await fetch(`${url.replace("ws:", "http:")}/chat`);
  expect([response.status, await response.text()]).toEqual([200, "plain"]);
});

test.each(["chat", "", "/:", "/a/:x/:x", "/%zz", 5])(
  "route and attach refuse the path %j",
  async (path) => {
    const { server } = await startHttp();
    const { sockets } = makeSockets();
    const refused = { kind: "INVALID", code: "ERR_INVALID_OPTION" };
    expect(thrown(() => sockets.route(path as string, () => {}))).toMatchObject(refused);
    expect(thrown(() => sockets.attach(server, { path: path as string }))).toMatchObject(refused);
    expect(server.listenerCount("upgrade")).toBe(0);
  },
);

test("route refuses a handler that is no function", () => {
  const { sockets } = makeSockets();
  expect(thrown(() => sockets.route("/", "chat" as never))).toMatchObject({
    code: "ERR_INVALID_OPTION",
    details: { option: "handler" },
  });
});

test("a path outside of what HTTP allows reaches no handler", async () => {
  const { sockets, url } = await serve();
  greetAt(sockets, "/chat", "/*any");
  // Node's client writes the target as it is given, so that this one is an absolute URL of another host.
  const { status } = await handshake(`${url}/chat`, { Host: "x.example/../" });
  expect(status).toBe(400);
});
