/** Listen: a server for nothing but WebSockets: where it listens, how it speaks, what it answers others. */

import { once } from "node:events";
import { connect as connectTcp, Server } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { connect } from "../../src/index.ts";
import { createAuthority, createCertificate } from "../support/certificates.ts";
import { handshake, makeSockets, serve } from "../support/serving.ts";
import { rejected } from "../support/sockets.ts";

const HOST = { host: "127.0.0.1" };

test("resolves with where it listens, on a free port for 0", async () => {
  const { sockets } = makeSockets();
  const { address, port } = await sockets.listen(0, HOST);
  expect([address, port > 0]).toEqual(["127.0.0.1", true]);
  expect((await handshake(`ws://127.0.0.1:${port}`)).status).toBe(101);
});

test("may listen in several places at once", async () => {
  const { sockets, url } = await serve();
  const { port } = await sockets.listen(0, HOST);
  await using _one = await connect(url);
  await using _other = await connect(`ws://127.0.0.1:${port}`);
  expect(sockets.size).toBe(2);
});

test.each(["GET", "POST", "HEAD"])(
  "a plain %s is answered with 426, and what is spoken",
  async (method) => {
    const { url } = await serve();
    const response = await fetch(url.replace("ws:", "http:"), { method });
    expect(response.status).toBe(426);
    expect(response.headers.get("upgrade")).toBe("websocket");
    expect(await response.text()).toBe(method === "HEAD" ? "" : "Upgrade Required");
  },
);

test("a port that is taken rejects with EADDRINUSE, and another can be tried", async () => {
  const { port } = await serve();
  const { sockets } = makeSockets();
  const error = await rejected(sockets.listen(port, HOST));
  expect(error).toMatchObject({ kind: "INTERNAL", code: "EADDRINUSE" });
  expect((await sockets.listen(0, HOST)).port).not.toBe(port);
});

test.each([-1, 65_536, 1.5, "80", null])("the port %j is INVALID", async (port) => {
  const { sockets } = makeSockets();
  expect(await rejected(sockets.listen(port as number))).toMatchObject({
    kind: "INVALID",
    code: "ERR_INVALID_OPTION",
    details: { option: "port" },
  });
});

test("a wrong path is INVALID", async () => {
  const { sockets } = makeSockets();
  const listening = sockets.listen(0, { ...HOST, path: "chat" });
  expect(await rejected(listening)).toMatchObject({ code: "ERR_INVALID_OPTION" });
});

test("with a path it serves that path alone", async () => {
  const { sockets } = makeSockets();
  const { port } = await sockets.listen(0, { ...HOST, path: "/ws/:name" });
  const url = `ws://127.0.0.1:${port}`;
  expect((await handshake(`${url}/ws/a`)).status).toBe(101);
  expect((await handshake(`${url}/`)).status).toBe(404);
});

test("with tls it speaks wss:, and so says the request's URL; its own origin is https:", async () => {
  const authority = await createAuthority();
  const tls = await createCertificate("localhost", authority);
  const { sockets } = makeSockets();
  const seen = new Deferred<string>();
  sockets.onUpgrade = (_socket, { url }) => seen.resolve(url.href);
  const { port } = await sockets.listen(0, { host: "127.0.0.1", tls });
  const headers = { Origin: `https://localhost:${port}` };
  await using connection = await connect(`wss://localhost:${port}/a`, {
    tls: { ca: authority.cert },
    headers,
  });
  expect([await seen.promise, connection.connected]).toEqual([`wss://localhost:${port}/a`, true]);
});

test("a request that is never finished is answered with 408 after handshakeTimeout", async () => {
  const { port } = await serve({ handshakeTimeout: 20 });
  const socket = connectTcp(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
  const [answer] = await once(socket, "data");
  expect(`${answer}`).toMatch(/^HTTP\/1\.1 408 /);
});

test("an error of its server goes to onError, and it goes on", async () => {
  const servers: Server[] = [];
  const listen = Server.prototype.listen;
  const spy = vi.spyOn(Server.prototype, "listen").mockImplementation(function (
    this: Server,
    ...rest: unknown[]
  ) {
    servers.push(this);
    return Reflect.apply(listen, this, rest);
  });
  onTestFinished(() => spy.mockRestore());
  const { url, errors } = await serve();
  const error = Object.assign(new Error("accept EMFILE"), { code: "EMFILE" });
  expect(servers.map((server) => server.emit("error", error))).toEqual([true]);
  expect(errors).toEqual([{ error, who: null }]);
  expect((await handshake(url)).status).toBe(101);
});
