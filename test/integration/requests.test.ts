/** What a dial sends: the caller's header fields, the URL's credentials, and through which agent. */

import { Agent, type ClientRequestArgs } from "node:http";
import { createConnection } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, inject, test } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { failureOf } from "../support/failure.ts";
import { startPeerServer } from "../support/listening.ts";
import { seenRequest } from "../support/requests.ts";
import { closed, nextMessage, opened } from "../support/sockets.ts";

const server = inject("server");
const { host } = new URL(server);
const url = `${server}/request`;

/** The raw header lines of a handshake, as `name: value`. */
async function seenLines(headers: Record<string, string | readonly string[]>): Promise<string[]> {
  const told = await startPeerServer({
    serve: (peer, { rawHeaders }) => peer.send(JSON.stringify(rawHeaders)),
  });
  const socket = new WebSocket(told, null, { headers });
  const raw: string[] = JSON.parse(`${await nextMessage(socket)}`);
  await closed(socket.close());
  return raw.flatMap((name, index) => (index % 2 === 0 ? `${name}: ${raw[index + 1]}` : []));
}

describe("headers", () => {
  test("are sent as they are", async () => {
    const lines = await seenLines({ "X-Token": 'a b; c="d"', accept: "x", "X-Empty": "" });
    expect(lines).toContain('X-Token: a b; c="d"');
    expect(lines).toContain("accept: x");
    expect(lines).toContain("X-Empty: ");
  });

  test("an array sends the field several times, in order", async () => {
    const lines = await seenLines({ "X-Many": ["one", "two", "three"] });
    expect(lines.filter((line) => line.startsWith("X-Many"))).toEqual([
      "X-Many: one",
      "X-Many: two",
      "X-Many: three",
    ]);
  });

  test("beside them the handshake's own are there once each", async () => {
    const lines = await seenLines({ a: "b" });
    const names = lines.map((line) => line.split(":")[0]?.toLowerCase());
    for (const name of ["host", "connection", "upgrade", "sec-websocket-key"]) {
      expect(names.filter((other) => other === name)).toHaveLength(1);
    }
    expect(lines).toContain("Sec-WebSocket-Version: 13");
  });

  test("Host and Origin can be set", async () => {
    const headers = { Host: "other.test:81", Origin: "https://app.test" };
    expect((await seenRequest(url, { headers })).headers).toMatchObject({
      host: "other.test:81",
      origin: "https://app.test",
    });
  });

  test("without any, Host is the URL's and there is no Origin", async () => {
    const { headers } = await seenRequest(url);
    expect(headers.host).toBe(host);
    expect(headers).not.toHaveProperty("origin");
  });

  test("a value may hold Latin-1 and tabs", async () => {
    const { headers } = await seenRequest(url, { headers: { accept: "caf\u00e9\tau lait" } });
    expect(headers.accept).toBe("caf\u00e9\tau lait");
  });

  test("the caller's object is left as it was", async () => {
    const headers = Object.freeze({ a: "b", c: Object.freeze(["d"]) });
    await seenRequest(url, { headers, followRedirects: 1 });
    expect(headers).toEqual({ a: "b", c: ["d"] });
  });

  test("the URL's query reaches the server", async () => {
    expect((await seenRequest(`${url}?token=a%20b`)).url).toBe("/request?token=a%20b");
  });
});

describe("credentials in the URL", () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

  test.each([
    ["user:word@", "user:word"],
    ["us%40er:p%3Aw%2Ford%20%C3%BC@", "us@er:p:w/ord \u00fc"],
    ["user@", "user:"],
    [":word@", ":word"],
  ])("%s are sent as basic authorization, decoded", async (userInfo, text) => {
    const { headers } = await seenRequest(`ws://${userInfo}${host}/request`);
    expect(headers.authorization).toBe(basic(text));
  });

  test.each(["authorization", "Authorization"])("an explicit %s header wins", async (name) => {
    const headers = { [name]: "Bearer mine" };
    const seen = await seenRequest(`ws://user:word@${host}/request`, { headers });
    expect(seen.headers.authorization).toBe("Bearer mine");
  });

  test("are the same where redirects may be followed", async () => {
    const seen = await seenRequest(`ws://user:word@${host}/request`, { followRedirects: 1 });
    expect(seen.headers.authorization).toBe(basic("user:word"));
  });

  test("stay in the url attribute, as the standard says", async () => {
    const socket = new WebSocket(`ws://user:word@${host}/echo`);
    expect(socket.url).toBe(`ws://user:word@${host}/echo`);
    await closed(socket.close());
  });

  test("no error shows them, from whatever layer", async () => {
    const dead = `ws://user:hunter2@${host}/hang-up?token=secret`;
    const { error } = await failureOf(dead);
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(
      /hunter2|secret/,
    );
  });
});

describe("agent", () => {
  /** An agent that leads every connection to the test server, whatever the URL says. */
  class LeadingAgent extends Agent {
    readonly asked: string[] = [];

    override createConnection(options: ClientRequestArgs): Duplex {
      this.asked.push(`${options.host}:${options.port}`);
      const { hostname, port } = new URL(server);
      return createConnection(Number(port), hostname);
    }
  }

  test("opens the connection, so that it may lead elsewhere", async () => {
    const agent = new LeadingAgent();
    const { headers } = await seenRequest("ws://name.invalid:81/request", { agent });
    expect(agent.asked).toEqual(["name.invalid:81"]);
    expect(headers.host).toBe("name.invalid:81");
  });

  test("serves several sockets one after the other, and keeps none of them", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const _ of [1, 2, 3]) await seenRequest(url, { agent });
    expect([agent.sockets, agent.freeSockets, agent.requests]).toEqual([{}, {}, {}]);
    agent.destroy();
  });

  test("an open socket does not take one of its places", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = new WebSocket(`${server}/echo`, null, { agent });
    await opened(first);
    const second = new WebSocket(`${server}/echo`, null, { agent });
    await opened(second);
    await Promise.all([closed(first.close()), closed(second.close())]);
    agent.destroy();
  });

  test("what it fails with is the one error", async () => {
    const cause = Object.assign(new Error("no proxy"), { code: "ENOPROXY" });
    const agent = Object.assign(new Agent(), {
      createConnection(_options: object, done: (error: Error) => void): void {
        setImmediate(done, cause);
      },
    });
    const { error } = await failureOf(url, { agent });
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ENOPROXY", retryable: true, cause });
    expect(error.message).toBe(`WebSocket ${url}: connection failed: no proxy (ENOPROXY)`);
  });

  test("one that throws is the one error too, not an exception of the constructor", async () => {
    const cause = new Error("no proxy");
    const agent = Object.assign(new Agent(), {
      createConnection(): never {
        throw cause;
      },
    });
    const { error } = await failureOf(url, { agent });
    expect(error).toMatchObject({ kind: "INTERNAL", cause });
  });

  test("one for the other scheme is the one error too", async () => {
    const agent = new Agent();
    const { error } = await failureOf(url.replace("ws:", "wss:"), { agent });
    expect(error.message).toMatch(/Protocol "https:" not supported/);
  });
});
