/** Upgrade by hand: what a pending handshake promises, and what its answer says. */

import { describe, expect, test } from "vitest";
import { Deferred } from "../../src/base/deferred.ts";
import { connect, WebSocket } from "../../src/index.ts";
import { type PendingUpgrade, type UpgradeOptions, upgrade } from "../../src/server/index.ts";
import {
  clientFrame,
  handshake,
  serve,
  startUpgrading,
  type UpgradeArguments,
} from "../support/serving.ts";
import { nextMessage, rejected, thrown } from "../support/sockets.ts";

/** A server whose handshakes wait for their answer: gives its URL, and the first of them. */
async function startPending(
  options: UpgradeOptions = {},
): Promise<{ url: string; pending: Promise<PendingUpgrade> }> {
  const first = new Deferred<PendingUpgrade>();
  const url = await startUpgrading(async (...event) =>
    first.resolve(await upgrade(...event, { ...options, commit: false })),
  );
  return { url, pending: first.promise };
}

/** A server that upgrades with these options. Resolves with its URL. */
function startAccepting(options: UpgradeOptions): Promise<string> {
  return startUpgrading((...event) => upgrade(...event, options).catch(() => {}));
}

const NOT_OPEN = { kind: "INTERNAL", code: "ERR_NOT_OPEN" };

describe("commit: false", () => {
  test("the pending handshake has the request, with its URL, address and subprotocols", async () => {
    const { url, pending } = await startPending();
    const answered = handshake(`${url}/a%20b?c=d`, { "Sec-WebSocket-Protocol": "x, y" });
    const { request, ...rest } = await pending;
    expect(request).toMatchObject({ address: "127.0.0.1", protocols: ["x", "y"] });
    expect([request.url.href, rest]).toEqual([`${url}/a%20b?c=d`, expect.anything()]);
    (await pending).reject();
    await answered;
  });

  test("commit adds its header fields to those of the options, an array as several lines", async () => {
    const { url, pending } = await startPending({ headers: { "x-all": "1", "x-both": "options" } });
    const answered = handshake(url);
    (await pending).commit({ "x-both": "commit", "set-cookie": ["a=1", "b=2"] });
    const { status, headers } = await answered;
    expect(status).toBe(101);
    expect(headers).toMatchObject({
      "x-all": "1",
      "x-both": "commit",
      "set-cookie": ["a=1", "b=2"],
    });
  });

  test("a header field of commit replaces that of the options, however it is spelled", async () => {
    const { url, pending } = await startPending({ headers: { "X-Server": "options" } });
    const answered = handshake(url);
    (await pending).commit({ "x-server": "commit" });
    expect((await answered).headers["x-server"]).toBe("commit");
  });

  test.each([
    ["a line break", { "x-a": "1\r\nSet-Cookie: evil=1" }],
    ["a line feed", { "x-a": "1\nx" }],
    ["a name that is none", { "x a": "1" }],
    ["the handshake's own", { "Sec-WebSocket-Accept": "x" }],
  ])("commit refuses %s, writes nothing, and can be called again", async (_what, headers) => {
    const { url, pending } = await startPending();
    const answered = handshake(url);
    const waiting = await pending;
    expect(thrown(() => waiting.commit(headers as never))).toMatchObject({
      kind: "INVALID",
      code: "ERR_INVALID_OPTION",
    });
    waiting.commit({ "x-a": "fine" });
    expect(await answered).toMatchObject({ status: 101, headers: { "x-a": "fine" } });
  });

  test("commit twice is ERR_NOT_OPEN, and the socket stays open", async () => {
    const { url, pending } = await startPending();
    const client = new WebSocket(url);
    const socket = (await pending).commit();
    const waiting = await pending;
    expect(thrown(() => waiting.commit())).toMatchObject(NOT_OPEN);
    waiting.reject(500);
    const echo = nextMessage(client);
    socket.send("still here");
    expect(await echo).toBe("still here");
    client.close();
    await client.read();
  });

  test("commit after reject is ERR_NOT_OPEN; a second reject does nothing", async () => {
    const { url, pending } = await startPending();
    const answered = handshake(url);
    const waiting = await pending;
    waiting.reject(404);
    waiting.reject(500);
    expect(thrown(() => waiting.commit())).toMatchObject(NOT_OPEN);
    expect((await answered).status).toBe(404);
  });

  test.each([
    [undefined, undefined, 403, "Forbidden"],
    [418, undefined, 418, "I'm a Teapot"],
    [429, "später", 429, "später"],
    [599, "", 599, ""],
  ])("reject(%j, %j) answers %i %j", async (status, body, expected, text) => {
    const { url, pending } = await startPending();
    const answered = handshake(url);
    (await pending).reject(status, body);
    expect(await answered).toMatchObject({
      status: expected,
      body: text,
      headers: { connection: "close", "content-length": `${Buffer.byteLength(text)}` },
    });
  });

  test.each([200, 101, 399, 600, 400.5, Number.NaN])(
    "reject(%d) is INVALID, and the handshake still waits",
    async (status) => {
      const { url, pending } = await startPending();
      const answered = handshake(url);
      const waiting = await pending;
      expect(thrown(() => waiting.reject(status))).toMatchObject({ code: "ERR_INVALID_OPTION" });
      waiting.commit();
      expect((await answered).status).toBe(101);
    },
  );

  test("without an answer in handshakeTimeout it is refused with 503, and can't be committed", async () => {
    const { url, pending } = await startPending({ handshakeTimeout: "20ms" });
    expect(await handshake(url)).toMatchObject({ status: 503 });
    const waiting = await pending;
    expect(thrown(() => waiting.commit())).toMatchObject(NOT_OPEN);
  });

  test("a peer that hangs up aborts the signal, and commit is ERR_HANDSHAKE_ABANDONED", async () => {
    const { url, pending } = await startPending();
    const client = new WebSocket(url);
    const waiting = await pending;
    const aborted = new Promise((resolve) => waiting.signal.addEventListener("abort", resolve));
    client.close();
    await aborted;
    expect(waiting.signal.reason).toMatchObject({ code: "ERR_HANDSHAKE_ABANDONED" });
    expect(thrown(() => waiting.commit())).toMatchObject({ code: "ERR_HANDSHAKE_ABANDONED" });
  });

  test("what the client sends early is kept, and comes after open, in order", async () => {
    const { url, pending } = await startPending();
    const early = ["one", "two", "three"];
    const answered = handshake(url, {}, [Buffer.concat(early.map(clientFrame))]);
    const seen: unknown[] = [];
    const socket = (await pending).commit();
    const done = new Deferred<void>();
    socket.onopen = () => seen.push("open");
    socket.onmessage = ({ data }) => {
      if (seen.push(data) === 4) done.resolve();
    };
    await answered;
    await done.promise;
    expect(seen).toEqual(["open", ...early]);
  });
});

describe("subprotocols", () => {
  /** The protocol that a server with `protocols` chooses for a client that offers some. */
  async function chosen(
    protocols: UpgradeOptions["protocols"],
    offered: string,
  ): Promise<string | undefined> {
    const url = await startAccepting({ protocols });
    const fields = offered === "" ? {} : { "Sec-WebSocket-Protocol": offered };
    const { status, headers } = await handshake(url, fields);
    expect(status).toBe(101);
    return headers["sec-websocket-protocol"];
  }

  test.each([
    [["a", "b"], "b, a", "a"],
    [["a", "b"], "c, b", "b"],
    [["a"], "b", undefined],
    [["a"], "", undefined],
    [undefined, "a", undefined],
    [[], "a", undefined],
  ])("%j of those offered, %j, is %j: the server's order counts", async (spoken, offered, name) => {
    expect(await chosen(spoken, offered)).toBe(name);
  });

  test("a function chooses, given the client's order and the request", async () => {
    const seen: unknown[] = [];
    const name = await chosen((offered, request) => {
      seen.push(offered, request.address);
      return offered.at(-1);
    }, "x, y, z");
    expect([name, seen]).toEqual(["z", [["x", "y", "z"], "127.0.0.1"]]);
  });

  test("a function that chooses none gives a connection without one", async () => {
    expect(await chosen(() => null, "x")).toBeUndefined();
  });

  const FAILING: readonly [string, () => string][] = [
    ["that was not offered", () => "other"],
    ["by throwing", () => JSON.parse("{")],
    ["later, by a promise", () => Promise.reject(new Error("no")) as unknown as string],
  ];

  test.each(FAILING)(
    "a function that chooses %s is answered with 500",
    async (_what, protocols) => {
      const refused = new Deferred<unknown>();
      const url = await startUpgrading(async (...event) =>
        refused.resolve(await rejected(upgrade(...event, { protocols }))),
      );
      const answer = await handshake(url, { "Sec-WebSocket-Protocol": "x" });
      expect(answer).toMatchObject({ status: 500, body: "Internal Server Error" });
      expect(await refused.promise).toMatchObject({ kind: "INTERNAL", code: "ERR_SUBPROTOCOL" });
    },
  );

  test.each(FAILING)(
    "in WebSockets one that chooses %s goes to onError",
    async (_what, protocols) => {
      const { sockets, url, errors } = await serve({ protocols });
      const { status } = await handshake(url, { "Sec-WebSocket-Protocol": "x" });
      expect([status, errors.length, errors[0]?.who]).toEqual([500, 1, null]);
      expect(sockets.stats().refused).toEqual({ ERR_SUBPROTOCOL: 1 });
    },
  );

  test("the chosen one is the socket's protocol, on both sides", async () => {
    const { sockets, url } = await serve({ protocols: ["chat"] });
    const server = new Deferred<string>();
    sockets.onUpgrade = ({ protocol }) => server.resolve(protocol);
    await using client = await connect(url, { protocols: ["news", "chat"] });
    expect([client.protocol, await server.promise]).toEqual(["chat", "chat"]);
  });
});

describe("the answer", () => {
  test("has the header fields of the options, and the accept of RFC 6455", async () => {
    const { headers } = await handshake(await startAccepting({ headers: { "x-server": "one" } }));
    expect(headers).toMatchObject({
      "x-server": "one",
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    });
  });

  test("a refusal tells the peer nothing but the status", async () => {
    const url = await startAccepting({ allowedOrigins: ["https://secret.example"] });
    const { status, body, headers } = await handshake(url, { Origin: "https://x.example" });
    expect([status, body]).toEqual([403, "Forbidden"]);
    expect(JSON.stringify(headers)).not.toContain("secret");
  });

  test("wrong options reject with all of them, and the peer gets 500", async () => {
    const told = new Deferred<unknown>();
    const url = await startUpgrading(async (...event: UpgradeArguments) => {
      const options = { readLimit: -1, maxUnsent: "x", nonsense: 1 } as never;
      told.resolve(await rejected(upgrade(...event, options)));
    });
    expect((await handshake(url)).status).toBe(500);
    expect(await told.promise).toMatchObject({
      kind: "INVALID",
      code: "ERR_INVALID_OPTION",
      details: { options: ["readLimit", "maxUnsent", "nonsense"] },
    });
  });
});
