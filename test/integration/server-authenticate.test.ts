/** Authenticate: who may come in, and the guard of the socket for as long as that is asked. */

import { once } from "node:events";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { connect, SocketError, WebSocket } from "../../src/index.ts";
import type { Authenticate, UpgradeRequest } from "../../src/server/index.ts";
import { upgrade } from "../../src/server/index.ts";
import { clientFrame, handshake, serve, startUpgrading } from "../support/serving.ts";
import { rejected } from "../support/sockets.ts";

const denied = new SocketError("PERMISSION_DENIED", "not you", { code: "ERR_MINE" });
const broken = new Error("the database is at 10.0.0.7");
const fail = (error: unknown): never => {
  throw error;
};

test("what it returns is the request's identity, in the hook and in the handler", async () => {
  const seen: unknown[] = [];
  const { sockets, url } = await serve({
    authenticate: async (request) => ({ name: request.headers.authorization }),
  });
  sockets.onUpgrade = (_socket, { identity }) => seen.push(identity);
  sockets.route("/", (_connection, { identity }) => seen.push(identity));
  const client = await connect(url, { headers: { Authorization: "ann" } });
  await client.closed;
  expect(seen).toEqual([{ name: "ann" }, { name: "ann" }]);
});

test.each([[0], [""], [true], [[]]])("%j is an identity", async (identity) => {
  const { sockets, url } = await serve({ authenticate: () => identity });
  const seen = new Deferred<unknown>();
  sockets.onUpgrade = (_socket, request) => seen.resolve(request.identity);
  expect((await handshake(url)).status).toBe(101);
  expect(await seen.promise).toEqual(identity);
});

const REFUSALS: readonly [string, Authenticate, number, string][] = [
  ["returns 401", () => 401, 401, "ERR_UNAUTHORIZED"],
  ["returns nothing", () => {}, 401, "ERR_UNAUTHORIZED"],
  ["resolves with null", async () => null, 401, "ERR_UNAUTHORIZED"],
  ["returns false", () => false, 401, "ERR_UNAUTHORIZED"],
  ["returns 403", () => 403, 403, "ERR_FORBIDDEN"],
  ["throws PERMISSION_DENIED", () => fail(denied), 403, "ERR_FORBIDDEN"],
  ["throws", () => fail(broken), 500, "ERR_AUTHENTICATION"],
  ["rejects", async () => fail(broken), 500, "ERR_AUTHENTICATION"],
  ["throws undefined", () => fail(undefined), 500, "ERR_AUTHENTICATION"],
];

test.each(REFUSALS)(
  "where it %s, the answer of WebSockets is its status, and what was thrown goes to onError",
  async (_what, authenticate, status, code) => {
    const { sockets, url, errors } = await serve({ authenticate });
    const answer = await handshake(url);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("10.0.0.7");
    expect(answer.headers["www-authenticate"]).toBe(status === 401 ? "Bearer" : undefined);
    expect(sockets.stats()).toMatchObject({ accepted: 0, refused: { [code]: 1 } });
    expect(errors).toHaveLength(status === 500 ? 1 : 0);
  },
);

test.each(REFUSALS)("where it %s, upgrade rejects", async (_what, authenticate, status, code) => {
  const refused = new Deferred<unknown>();
  const url = await startUpgrading(async (...event) =>
    refused.resolve(await rejected(upgrade(...event, { authenticate }))),
  );
  expect((await handshake(url)).status).toBe(status);
  expect(await refused.promise).toMatchObject({ code, details: { status } });
});

test("it is not asked where the request itself is refused", async () => {
  let asked = 0;
  const { sockets, url } = await serve({ authenticate: () => ++asked });
  sockets.route("/chat", () => {});
  expect((await handshake(url)).status).toBe(404);
  expect((await handshake(`${url}/chat`, { Origin: "http://x.example" })).status).toBe(403);
  expect(asked).toBe(0);
  expect((await handshake(`${url}/chat`)).status).toBe(101);
  expect(asked).toBe(1);
});

test("it has the parameters of the route", async () => {
  const seen = new Deferred<UpgradeRequest["params"]>();
  const { sockets, url } = await serve({
    authenticate: ({ params }) => {
      seen.resolve(params);
      return true;
    },
  });
  sockets.route("/rooms/:room", () => {});
  await handshake(`${url}/rooms/tea%20time`);
  expect({ ...(await seen.promise) }).toEqual({ room: "tea time" });
});

test("one that hangs is given up after handshakeTimeout: 503, and its signal is aborted", async () => {
  const signals: AbortSignal[] = [];
  const { sockets, url } = await serve({
    handshakeTimeout: "20ms",
    authenticate: (_request, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  });
  expect((await handshake(url)).status).toBe(503);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  expect(sockets.stats().refused).toEqual({ ERR_AUTHENTICATION_TIMEOUT: 1 });
});

test("what it says too late changes nothing, a rejection neither", async () => {
  const late = new Deferred<unknown>();
  const { sockets, url, errors } = await serve({
    handshakeTimeout: "20ms",
    authenticate: () => late.promise,
  });
  expect((await handshake(url)).status).toBe(503);
  late.reject(broken);
  await new Promise((resolve) => setImmediate(resolve));
  expect([sockets.size, errors]).toEqual([0, []]);
});

test("a peer that hangs up meanwhile aborts its signal, and its place is free again", async () => {
  const asked = new Deferred<AbortSignal>();
  const { sockets, url } = await serve({
    maxConnections: 1,
    authenticate: ({ url }, signal) => {
      if (url.pathname === "/next") return true;
      asked.resolve(signal);
      return new Promise(() => {});
    },
  });
  const client = new WebSocket(url);
  const signal = await asked.promise;
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
  client.close();
  await aborted;
  // The end is dealt with in the microtasks behind the abort.
  await new Promise((resolve) => setImmediate(resolve));
  expect(sockets.stats().refused).toEqual({ ERR_HANDSHAKE_ABANDONED: 1 });
  expect((await handshake(`${url}/next`)).status).toBe(101);
});

test("what the client sends with the request and meanwhile is kept, and comes in order", async () => {
  const identity = new Deferred<string>();
  const asked = new Deferred<Socket>();
  const { sockets, url } = await serve({
    authenticate: ({ message }) => {
      asked.resolve(message.socket);
      return identity.promise;
    },
  });
  const heard = new Deferred<unknown[]>();
  sockets.route("/", async (connection) => {
    const texts = [await connection.receive(), await connection.receive()];
    heard.resolve([...texts, await connection.receive()]);
  });
  const meanwhile = new Deferred<Uint8Array>();
  const answered = handshake(url, {}, [clientFrame("one"), meanwhile.promise]);
  const read = once(await asked.promise, "data");
  meanwhile.resolve(Buffer.concat([clientFrame("two"), clientFrame("three")]));
  await read;
  identity.resolve("ann");
  expect((await answered).status).toBe(101);
  expect(await heard.promise).toEqual(["one", "two", "three"]);
});
