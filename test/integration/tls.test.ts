/** TLS: whom a `wss:` socket trusts, and that it says why when it does not. */

import { Agent, createServer } from "node:https";
import type { TLSSocket, TlsOptions } from "node:tls";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { type TlsOptions as ClientTls, WebSocket } from "../../src/index.ts";
import {
  type Certificate,
  createAuthority,
  createCertificate,
  createExpiredCertificate,
} from "../support/certificates.ts";
import { failureOf } from "../support/failure.ts";
import { listen, startPeerServer } from "../support/listening.ts";
import { closed, nextMessage, opened } from "../support/sockets.ts";

const plainServer = inject("server");
const ABNORMAL = { code: 1006, reason: "", wasClean: false };

let authority: Certificate;
let good: Certificate;
let selfSigned: Certificate;
let expired: Certificate;
let other: Certificate;
let client: Certificate;

beforeAll(async () => {
  authority = await createAuthority();
  [good, selfSigned, expired, other, client] = await Promise.all([
    createCertificate("localhost", authority),
    createCertificate("localhost"),
    createExpiredCertificate(authority),
    createCertificate("other.test", authority),
    createCertificate("somebody", authority),
  ]);
});

/** A TLS server whose peers tell which name was asked for, and who the client is. */
function startTlsServer(tls: TlsOptions): Promise<string> {
  return startPeerServer({
    tls,
    serve: (peer, { socket }) => {
      const stream = socket as TLSSocket;
      const subject = stream.getPeerCertificate().subject?.CN ?? null;
      peer.send(JSON.stringify({ servername: stream.servername, subject }));
    },
  });
}

/** Dials with these settings; resolves with what the peer tells. */
async function told(url: string, tls: ClientTls): Promise<unknown> {
  const socket = new WebSocket(url, null, { tls });
  const message = nextMessage(socket);
  await opened(socket);
  const text = `${await message}`;
  await closed(socket.close());
  return JSON.parse(text);
}

describe("a certificate that nothing vouches for", () => {
  test("is refused with its code", async () => {
    const url = await startTlsServer(selfSigned);
    const { error, info } = await failureOf(`${url}/chat?token=secret`);
    expect(error).toMatchObject({ kind: "INTERNAL", code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(error.message).toBe(
      `WebSocket ${url}/chat: connection failed: self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    );
    expect(info).toEqual(ABNORMAL);
  });

  test("of an unknown authority is refused with its code", async () => {
    const { error } = await failureOf(await startTlsServer(good));
    expect(error.code).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });

  test("is accepted when it is itself given as ca", async () => {
    const url = await startTlsServer(selfSigned);
    expect(await told(url, { ca: selfSigned.cert })).toEqual({
      servername: "localhost",
      subject: null,
    });
  });

  test("is accepted with rejectUnauthorized: false", async () => {
    const url = await startTlsServer(selfSigned);
    expect(await told(url, { rejectUnauthorized: false })).toMatchObject({
      servername: "localhost",
    });
  });
});

describe("a certificate of an authority given as ca", () => {
  test.each([
    ["text", () => authority.cert],
    ["bytes", () => Buffer.from(authority.cert)],
    ["a list", () => [selfSigned.cert, authority.cert]],
  ])("is accepted; ca as %s", async (_what, ca) => {
    expect(await told(await startTlsServer(good), { ca: ca() })).toBeTruthy();
  });

  test("is refused when it has expired", async () => {
    const { error, info } = await failureOf(await startTlsServer(expired), {
      tls: { ca: authority.cert },
    });
    expect(error).toMatchObject({ kind: "INTERNAL", code: "CERT_HAS_EXPIRED" });
    expect(error.message).toMatch(/certificate has expired/);
    expect(info).toEqual(ABNORMAL);
  });

  test("is refused when it names another host", async () => {
    const { error, info } = await failureOf(await startTlsServer(other), {
      tls: { ca: authority.cert },
    });
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(error.message).toMatch(/localhost.*other\.test/);
    expect(info).toEqual(ABNORMAL);
  });

  test("is accepted for the name that servername asks for", async () => {
    const url = await startTlsServer(other);
    expect(await told(url, { ca: authority.cert, servername: "other.test" })).toMatchObject({
      servername: "other.test",
    });
  });

  test("is accepted for the address that it names", async () => {
    const url = (await startTlsServer(good)).replace("localhost", "127.0.0.1");
    expect(await told(url, { ca: authority.cert })).toMatchObject({ servername: false });
  });

  test("is judged by checkServerIdentity instead of its names, where that is given", async () => {
    const url = await startTlsServer(other);
    const asked: string[] = [];
    const checkServerIdentity = (hostname: string): undefined => {
      asked.push(hostname);
    };
    await told(url, { ca: authority.cert, checkServerIdentity });
    expect(asked).toEqual(["localhost"]);

    const { error } = await failureOf(url, {
      tls: { ca: authority.cert, checkServerIdentity: () => new Error("not pinned") },
    });
    expect(error.message).toMatch(/connection failed: not pinned$/);
  });
});

describe("a server that asks for the client's certificate", () => {
  const asking = (): TlsOptions => ({ ...good, ca: authority.cert, requestCert: true });

  test("gets that of cert and key", async () => {
    const url = await startTlsServer(asking());
    const tls = { ca: authority.cert, ...client };
    expect(await told(url, tls)).toMatchObject({ subject: "somebody" });
  });

  test("refuses who has none, in TLS's own words", async () => {
    const url = await startTlsServer({ ...asking(), maxVersion: "TLSv1.2" });
    const { error, info } = await failureOf(url, { tls: { ca: authority.cert } });
    expect(error).toMatchObject({ kind: "INTERNAL", retryable: true });
    expect(error.message).toMatch(/connection failed: \S/);
    expect(info).toEqual(ABNORMAL);
  });

  test("refuses one of another authority", async () => {
    const url = await startTlsServer(asking());
    const tls = { ca: authority.cert, ...selfSigned };
    const { error } = await failureOf(url, { tls });
    expect(error).toMatchObject({ kind: "INTERNAL" });
  });
});

describe("settings", () => {
  test("maxVersion of a version that the server does not speak fails", async () => {
    const url = await startTlsServer({ ...good, minVersion: "TLSv1.3" });
    const { error } = await failureOf(url, {
      tls: { ca: authority.cert, maxVersion: "TLSv1.2" },
    });
    expect(error.message).toMatch(/version/i);
  });

  test("of a plain ws: URL do nothing", async () => {
    const socket = new WebSocket(`${plainServer}/echo`, null, { tls: { ca: authority.cert } });
    await opened(socket);
    await closed(socket.close());
  });

  describe.each([
    ["without an agent", () => undefined],
    ["with an agent", () => new Agent()],
  ])("that OpenSSL refuses are the one error, %s", (_what, createAgent) => {
    test.each([
      ["a key that is no key", { key: "no PEM" }],
      ["a certificate that is none", { cert: "no PEM" }],
      ["a passphrase that is wrong", { pfx: Buffer.from("no PFX"), passphrase: "hunter2" }],
      ["ciphers that there are not", { ciphers: "NONE-SUCH" }],
      ["versions that exclude each other", { minVersion: "TLSv1.3", maxVersion: "TLSv1.2" }],
    ] as const)("%s", async (_setting, tls) => {
      const url = await startTlsServer(good);
      const { error, info } = await failureOf(url, { tls, agent: createAgent() });
      expect(error).toMatchObject({ name: "SocketError", kind: "INTERNAL" });
      expect(error.message).not.toContain("hunter2");
      expect(info).toEqual(ABNORMAL);
    });
  });
});

describe("the other protocol than the server's", () => {
  test("TLS to a plain server fails and says so", async () => {
    const { error, info } = await failureOf(`${plainServer.replace("ws:", "wss:")}/echo`);
    expect(error).toMatchObject({ kind: "INTERNAL", retryable: true });
    expect(error.message).toMatch(/connection failed: .*(wrong version number|EPROTO|SSL)/i);
    expect(error.message).not.toMatch(/\n/);
    expect(info).toEqual(ABNORMAL);
  });

  test("plain to a TLS server fails and says so", async () => {
    const url = (await startTlsServer(good)).replace("wss://localhost", "ws://127.0.0.1");
    const { error, info } = await failureOf(`${url}/`);
    expect(error).toMatchObject({ kind: "INTERNAL", retryable: true });
    expect(error.message).toMatch(
      /connection failed: (socket hang up|read ECONNRESET|Parse Error)/,
    );
    expect(info).toEqual(ABNORMAL);
  });

  test("a TLS server that closes in the middle of its handshake", async () => {
    const server = createServer(good);
    server.removeAllListeners("connection");
    server.on("connection", (socket) => socket.once("data", () => socket.end()));
    const { error } = await failureOf(`wss://localhost:${await listen(server)}`, {
      tls: { ca: authority.cert },
    });
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ECONNRESET", retryable: true });
  });

  test("a TLS server that never answers: dialTimeout", async () => {
    const server = createServer(good);
    server.removeAllListeners("connection");
    server.on("connection", (socket) => socket.resume());
    const url = `wss://localhost:${await listen(server)}`;
    const { error } = await failureOf(url, { dialTimeout: 50 });
    expect(error).toMatchObject({ kind: "TIMEOUT", code: "ERR_DIAL_TIMEOUT" });
  });
});
