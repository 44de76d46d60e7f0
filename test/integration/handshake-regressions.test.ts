/** Regressions of the handshake: what was once admitted, left open or thrown. */

import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { connect } from "../../src/index.ts";
import { upgrade } from "../../src/server/index.ts";
import { listElements } from "../../src/server/request-fields.ts";
import { createCertificate } from "../support/certificates.ts";
import { dialRaw, requestHead } from "../support/raw-client.ts";
import { handshake, makeSockets, serve, startHttp, startUpgrading } from "../support/serving.ts";
import { rejected, thrown } from "../support/sockets.ts";

describe("the request", () => {
  // Minutes, were each blank looked at for each of them.
  test("a field full of blanks is read as fast as it came", () => {
    const value = `x${" ".repeat(1_000_000)}y`;
    const request = { rawHeaders: ["Connection", `${value},\t upgrade \t`] } as never;
    expect(listElements(request, "connection")).toEqual([value, "upgrade"]);
  });

  test.each(["//x/admin", "//user@x:1/admin", "//admin", "/x/../y"])(
    "%s is not the path of an attached server",
    async (target) => {
      const { server, url } = await startHttp();
      const { sockets } = makeSockets();
      sockets.attach(server, { path: "/admin" });
      const client = await dialRaw(Number(new URL(url).port));
      await client.write(requestHead(target));
      await client.gone;
      expect(client.statusLine).toBe("HTTP/1.1 404 Not Found");
    },
  );

  test("empty elements of the subprotocols are ignored", async () => {
    const { url } = await serve({ protocols: ["chat"] });
    const { status, headers } = await handshake(url, { "Sec-WebSocket-Protocol": "chat," });
    expect([status, headers["sec-websocket-protocol"]]).toEqual([101, "chat"]);
  });
});

describe("options", () => {
  test("header fields are those of the first call, whatever becomes of the object", async () => {
    const headers: Record<string, string> = { "X-User": "ann" };
    const options = { headers };
    const url = await startUpgrading((...event) => upgrade(...event, options));
    await handshake(url);
    headers["X-User"] = "eve\r\nSet-Cookie: sid=evil";
    expect((await handshake(url)).headers).toMatchObject({ "x-user": "ann" });
  });

  test.each(["1.001s", "1.5ms", 10.25, 1e16])("handshakeTimeout may be %s", async (limit) => {
    const { url } = await serve({ handshakeTimeout: limit });
    expect((await handshake(url)).status).toBe(101);
  });

  test("an empty host is refused, which would be all of them", async () => {
    const { sockets } = makeSockets();
    expect(await rejected(sockets.listen(0, { host: "" }))).toMatchObject({ kind: "INVALID" });
  });

  test.each([400, 418, 429, 500, 599])("authenticate refuses with %d", async (status) => {
    const { url, errors } = await serve({ authenticate: () => status });
    expect((await handshake(url)).status).toBe(status);
    expect(errors).toEqual([]);
  });

  test("a wrong body of reject is told before anything is answered", async () => {
    const url = await startUpgrading(async (...event) => {
      const pending = await upgrade(...event, { commit: false });
      expect(thrown(() => pending.reject(400, 42 as never))).toMatchObject({ kind: "INVALID" });
      pending.reject(418, "a teapot");
    });
    expect(await handshake(url)).toMatchObject({ status: 418, body: "a teapot" });
  });

  test("attach says what it needs", () => {
    const { sockets } = makeSockets();
    const attach = (): unknown => sockets.attach({} as never);
    expect(thrown(attach)).toMatchObject({ code: "ERR_INVALID_OPTION" });
  });
});

test("a socket that somebody else has upgraded is refused without a word, and not counted", async () => {
  const { server, url } = await startHttp();
  const other = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    other.handleUpgrade(request, socket, head, (peer) => peer.send("from the other"));
  });
  const { sockets } = makeSockets({ maxConnections: 1 });
  sockets.attach(server);
  for (const _ of ["first", "second"]) {
    const connection = await connect(url);
    expect(await connection.receive()).toBe("from the other");
  }
  expect(sockets.stats()).toMatchObject({ open: 0, refused: { ERR_SOCKET_TAKEN: 2 } });
});

test("shutdown does not wait for who has not even begun with TLS", async () => {
  const { cert, key } = await createCertificate("localhost");
  const { sockets } = makeSockets({ handshakeTimeout: 0 });
  const { port } = await sockets.listen(0, { host: "127.0.0.1", tls: { cert, key } });
  const silent = connectTcp(port, "127.0.0.1");
  silent.on("error", () => {});
  await once(silent, "connect");
  await Promise.all([sockets.shutdown(), once(silent, "close")]);
});
