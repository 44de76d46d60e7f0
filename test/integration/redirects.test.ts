/** Redirects: how far they are followed, and what must not go along. */

import { Agent } from "node:http";
import { beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { type Certificate, createCertificate } from "../support/certificates.ts";
import { failureOf } from "../support/failure.ts";
import { startSilentServer } from "../support/listening.ts";
import { seenRequest } from "../support/requests.ts";
import { closed, opened } from "../support/sockets.ts";
import { startTestServer } from "../support/test-server.ts";

const server = inject("server");
const { host } = new URL(server);
let certificate: Certificate;

beforeAll(async () => {
  certificate = await createCertificate("localhost");
});

/** The path of a peer that redirects to `location`. */
function leadingTo(location: string, status = 302): string {
  const field = encodeURIComponent(`Location: ${location}`);
  return `/status?code=${status}&text=Found&field=${field}`;
}

/** Another test server, of another origin; its URL. */
async function startOther(tls?: Certificate): Promise<string> {
  const other = await startTestServer(tls);
  onTestFinished(other.close);
  return other.url;
}

describe("followRedirects", () => {
  test("is 0 by default: the redirect is the answer", async () => {
    const { error } = await failureOf(server + leadingTo("/echo"));
    expect(error).toMatchObject({ code: "ERR_HANDSHAKE_STATUS", retryable: false });
    expect(error.details).toMatchObject({ status: 302, location: "/echo" });
  });

  test.each([301, 302, 303, 307, 308])("of 1 follows one, %i", async (status) => {
    const url = server + leadingTo("/request?x=1", status);
    expect((await seenRequest(url, { followRedirects: 1 })).url).toBe("/request?x=1");
  });

  test.each([
    ["absolute, ws:", () => `${server}/echo`],
    ["absolute, http:", () => `http://${host}/echo`],
    ["without scheme", () => `//${host}/echo`],
    ["relative", () => "echo"],
  ])("takes a Location %s", async (_what, location) => {
    const socket = new WebSocket(server + leadingTo(location()), null, { followRedirects: 1 });
    await opened(socket);
    await closed(socket.close());
  });

  test("of 3 follows three, relative to where the last one led", async () => {
    const other = await startOther();
    const path = leadingTo(`${other}${leadingTo(leadingTo("/request"))}`);
    const seen = await seenRequest(server + path, { followRedirects: 3 });
    expect(seen).toMatchObject({ url: "/request", headers: { host: new URL(other).host } });
  });

  test("of 2 does not follow a third", async () => {
    const path = leadingTo(leadingTo(leadingTo("/echo")));
    const { error, info } = await failureOf(server + path, { followRedirects: 2 });
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_REDIRECT", retryable: false });
    expect(error.message).toMatch(/^WebSocket ws:\S+\/status: .*redirects/i);
    expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
  });

  test("a refusal behind a redirect is described as any other", async () => {
    const path = leadingTo("/status?code=403&text=Forbidden&body=no");
    const { error } = await failureOf(server + path, { followRedirects: 1 });
    expect(error).toMatchObject({ code: "ERR_HANDSHAKE_STATUS", details: { status: 403 } });
  });

  test("a server behind a redirect that says nothing: dialTimeout counts the whole dial", async () => {
    const options = { followRedirects: 1, dialTimeout: 80 };
    const { error } = await failureOf(server + leadingTo("/silent"), options);
    expect(error).toMatchObject({ kind: "TIMEOUT", code: "ERR_DIAL_TIMEOUT" });
  });

  test("a host behind a redirect that refuses the connection", async () => {
    const path = leadingTo("ws://127.0.0.1:1/");
    const { error } = await failureOf(server + path, { followRedirects: 1 });
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ECONNREFUSED", retryable: true });
  });

  test("an abort while it waits behind a redirect", async () => {
    const abort = new AbortController();
    const waiting = await startSilentServer();
    const options = { followRedirects: 1, signal: abort.signal };
    const failure = failureOf(server + leadingTo(`ws://${waiting.host}/`), options);
    await waiting.spokenTo;
    abort.abort();
    expect((await failure).error).toMatchObject({ kind: "CANCELED", code: "ERR_ABORTED" });
  });

  test("a redirect without a Location is an answer as any other", async () => {
    const { error } = await failureOf(`${server}/status?code=302`, { followRedirects: 1 });
    expect(error).toMatchObject({ code: "ERR_HANDSHAKE_STATUS", details: { status: 302 } });
  });

  test("the url attribute stays the one that was asked for", async () => {
    const url = server + leadingTo("/echo");
    const socket = new WebSocket(url, null, { followRedirects: 1 });
    await opened(socket);
    expect(socket.url).toBe(url);
    await closed(socket.close());
    expect(socket.url).toBe(url);
  });

  test("the origin of messages is that of the url attribute", async () => {
    const other = await startOther();
    const url = server + leadingTo(`${other}/burst?text=x`);
    const socket = new WebSocket(url, null, { followRedirects: 1 });
    const origin = await new Promise((resolve) => {
      socket.onmessage = (event) => resolve(event.origin);
    });
    expect(origin).toBe(server);
    await closed(socket.close());
  });
});

describe("a Location that is none", () => {
  test.each([
    "http://[",
    "ftp://host.test/",
    "mailto:a@host.test",
    "ws+unix:/tmp/socket",
    "ws://host.test:99999/",
    "ws://host.test/#fragment",
  ])("%s: one error that names the reason, and shows no secret", async (location) => {
    const url = server + leadingTo(`${location}?token=hunter2`);
    const { error, info } = await failureOf(url, { followRedirects: 1 });
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_REDIRECT", retryable: false });
    expect(error.message).not.toContain("hunter2");
    expect(info.code).toBe(1006);
  });
});

describe("another origin", () => {
  const headers = {
    Authorization: "Bearer mine",
    Cookie: "a=b",
    Origin: "https://app.test",
    "X-Api-Key": "mine",
    Host: "pinned.test",
  };

  test("the same origin gets the caller's headers again", async () => {
    const options = { followRedirects: 1, headers };
    const seen = await seenRequest(server + leadingTo("/request"), options);
    expect(seen.headers).toMatchObject({
      authorization: "Bearer mine",
      cookie: "a=b",
      origin: "https://app.test",
      "x-api-key": "mine",
    });
  });

  test("another one gets none of the caller's headers, and its own Host", async () => {
    const other = await startOther();
    const options = { followRedirects: 1, headers };
    const seen = await seenRequest(server + leadingTo(`${other}/request`), options);
    for (const name of ["authorization", "cookie", "origin", "x-api-key"]) {
      expect(seen.headers).not.toHaveProperty(name);
    }
    expect(seen.headers.host).toBe(new URL(other).host);
  });

  test("another one gets none of them either when it is only the second step", async () => {
    const other = await startOther();
    const options = { followRedirects: 2, headers };
    const path = leadingTo(leadingTo(`${other}/request`));
    const seen = await seenRequest(server + path, options);
    expect(seen.headers).not.toHaveProperty("x-api-key");
    expect(seen.headers).not.toHaveProperty("authorization");
  });

  test("a step that stays at the other origin does not bring them back", async () => {
    const other = await startOther();
    const options = { followRedirects: 2, headers };
    const path = leadingTo(`${other}${leadingTo("/request")}`);
    const seen = await seenRequest(server + path, options);
    expect(seen.headers).not.toHaveProperty("x-api-key");
    expect(seen.headers).not.toHaveProperty("authorization");
  });

  test("one that leads back does not bring them back, nor the URL's credentials", async () => {
    const other = await startOther();
    const options = { followRedirects: 2, headers: { "X-Api-Key": "mine" } };
    const path = leadingTo(`${other}${leadingTo(`${server}/request`)}`);
    const seen = await seenRequest(`ws://user:word@${host}${path}`, options);
    expect(seen.headers).not.toHaveProperty("x-api-key");
    expect(seen.headers).not.toHaveProperty("authorization");
  });

  test("the URL's credentials go along within the origin only", async () => {
    const url = `ws://user:word@${host}`;
    const options = { followRedirects: 1 };
    const same = await seenRequest(url + leadingTo("/request"), options);
    expect(same.headers.authorization).toMatch(/^Basic /);
    const other = await startOther();
    const crossed = await seenRequest(url + leadingTo(`${other}/request`), options);
    expect(crossed.headers).not.toHaveProperty("authorization");
  });
});

describe("to and from TLS", () => {
  test("wss to ws is refused, and the plain server never dialled", async () => {
    const secure = await startOther(certificate);
    const plain = await startSilentServer();
    const { error, info } = await failureOf(
      secure + leadingTo(`ws://${plain.host}/chat?token=hunter2`),
      { followRedirects: 1, tls: { ca: certificate.cert } },
    );
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_REDIRECT", retryable: false });
    expect(error.message).toBe(
      `WebSocket ${secure}/status: redirect to ws://${plain.host}/chat refused: it would leave TLS`,
    );
    expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(plain.received()).toBe("");
  });

  test("wss to ws is refused at a later step too", async () => {
    const secure = await startOther(certificate);
    const options = { followRedirects: 2, tls: { ca: certificate.cert } };
    const { error } = await failureOf(secure + leadingTo(leadingTo(`${server}/echo`)), options);
    expect(error.code).toBe("ERR_REDIRECT");
  });

  test("ws to wss is followed", async () => {
    const secure = await startOther(certificate);
    const options = { followRedirects: 1, tls: { ca: certificate.cert } };
    const seen = await seenRequest(server + leadingTo(`${secure}/request`), options);
    expect(seen.headers.host).toBe(new URL(secure).host);
  });

  test("ws to wss with a certificate that is not trusted is the one error", async () => {
    const secure = await startOther(certificate);
    const { error } = await failureOf(server + leadingTo(`${secure}/echo`), { followRedirects: 1 });
    expect(error.code).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  });

  test("ws to wss with an agent for ws alone is the one error, not an uncaught exception", async () => {
    const secure = await startOther(certificate);
    const options = { followRedirects: 1, agent: new Agent() };
    const { error } = await failureOf(server + leadingTo(`${secure}/echo`), options);
    expect(error.kind).toBe("INTERNAL");
    expect(error.message).toMatch(/protocol/i);
  });
});
