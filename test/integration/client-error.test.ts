/** Client error: what a server of `listen` says to those who send it no HTTP, too much of it, or not all, and that it
 *  keeps nothing of what they sent. */

import { once } from "node:events";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { answerClientError, type ClientError } from "../../src/server/client-error.ts";
import { createOwnServer } from "../../src/server/own-server.ts";
import { createAuthority, createCertificate } from "../support/certificates.ts";
import { listen } from "../support/listening.ts";
import { dialRaw, requestHead } from "../support/raw-client.ts";
import { handshake, makeSockets, serve } from "../support/serving.ts";

const BOMB = requestHead("/").slice(0, -2) + "X-Bomb: 0123456789\r\n".repeat(1_020);

/** What a socket of Node's HTTP has beside what is public. */
interface Parsed {
  readonly parser: { readonly _headers: unknown[] };
}

/** Says it; resolves with all that is answered until the connection is gone. */
async function say(port: number, bytes: string): Promise<string> {
  const client = await dialRaw(port);
  await client.write(bytes);
  await client.gone;
  return client.received.toString("latin1");
}

/** The same over TLS. */
async function sayOverTls(options: ConnectionOptions, bytes: string): Promise<string> {
  const socket = connectTls(options);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk;
  });
  await once(socket, "secureConnect");
  socket.write(bytes);
  await once(socket, "close");
  return received;
}

async function serveTls() {
  const authority = await createAuthority();
  const tls = await createCertificate("localhost", authority);
  const { sockets, errors } = makeSockets();
  const { port } = await sockets.listen(0, { host: "127.0.0.1", tls });
  const options = { host: "127.0.0.1", servername: "localhost", port, ca: authority.cert };
  return { port, errors, options };
}

/** A server as `listen` makes it, with all that is attached to it. */
async function startOwn() {
  const server = createOwnServer({}, { handshakeTimeoutMs: 0, maxConnections: 1_000 });
  return { server, port: await listen(server) };
}

const TOO_LARGE = "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n";
const BAD = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";

test.each([
  ["more than 16 KiB of header", BOMB, TOO_LARGE],
  ["no HTTP", "\x16\x03\x01\r\n\r\n", BAD],
  ["a field without a name", "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", BAD],
])("%s is answered, and the server goes on", async (_what, bytes, answer) => {
  const { port, url, errors } = await serve();
  expect(await say(port, bytes)).toBe(answer);
  expect((await handshake(url)).status).toBe(101);
  expect(errors).toEqual([]);
});

test("a client that ends within its request gets 400", async () => {
  const { port } = await serve();
  const client = await dialRaw(port);
  client.socket.end("GET / HTTP/1.1\r\nHost: x\r\n");
  await client.gone;
  expect(client.received.toString("latin1")).toBe(BAD);
});

test("a client that resets within its request is let go", async () => {
  const { server, port } = await startOwn();
  const gone = new Promise((resolve) => {
    server.on("connection", (socket: Socket) => socket.on("close", resolve));
  });
  const client = await dialRaw(port);
  await client.write("GET / HTTP/1.1\r\nHost: x\r\n");
  client.socket.resetAndDestroy();
  expect(await gone).toBe(true);
});

test.each([
  ["garbage", "GET / HTTP/1.1\r\nHost: x\r\n\r\n\x16\x03\x01\r\n\r\n"],
  [
    "a body whose chunks make no sense",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n",
  ],
])("%s behind a request that has its answer gets no other", async (_what, bytes) => {
  const { port } = await serve();
  const answer = await say(port, bytes);
  expect(answer.match(/HTTP\/1\.1 .*/g)).toEqual(["HTTP/1.1 426 Upgrade Required"]);
});

describe("over TLS", () => {
  test("more than 16 KiB of header are answered with 431", async () => {
    const { options } = await serveTls();
    expect(await sayOverTls(options, BOMB)).toBe(TOO_LARGE);
  });

  test("who speaks no TLS is told nothing in HTTP, and the server goes on", async () => {
    const { port, options, errors } = await serveTls();
    expect(await say(port, requestHead("/"))).not.toContain("HTTP");
    expect(await sayOverTls(options, "\r\n\r\nno HTTP\r\n\r\n")).toBe(BAD);
    expect(errors).toEqual([]);
  });
});

describe("what is kept of such a request", () => {
  test("nothing: neither the fields so far nor Node's copy of what it was reading", async () => {
    const { server, port } = await startOwn();
    const seen: unknown[][] = [];
    const look = (error: ClientError, socket: Duplex & Partial<Parsed>): void => {
      const fields = socket.parser?._headers ?? [];
      seen.push([fields.length > 0, error.rawPacket instanceof Buffer]);
    };
    // One in front of its own, and one behind it.
    server.prependListener("clientError", look);
    server.on("clientError", look);
    await say(port, BOMB);
    expect(seen).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  test.each([[{}], [{ parser: null }], [{ parser: {} }], [{ parser: { _headers: null } }]])(
    "a socket of another Node, with %j, is ended as well",
    (unknown) => {
      const socket = Object.assign(new Socket(), unknown);
      socket.on("error", () => {});
      answerClientError(new Error("Parse Error"), socket);
      expect(socket.destroyed).toBe(true);
    },
  );
});
