/** Guards: who has a say in where a dial may lead is asked before anything is sent there. */

import { Agent } from "node:http";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { WebSocket as Ws } from "ws";
import type { DialGuard, WebSocketOptions } from "../../src/adapter/adapter.ts";
import { createWsDialer } from "../../src/adapter/ws-dialer.ts";
import { SocketError } from "../../src/errors.ts";
import { type Certificate, createCertificate } from "../support/certificates.ts";
import { startPeerServer, startSilentServer } from "../support/listening.ts";
import { RecordingSink } from "../support/recording-sink.ts";

const server = inject("server");
const { port } = new URL(server);
const dialer = createWsDialer(Ws);
let certificate: Certificate;

beforeAll(async () => {
  certificate = await createCertificate("localhost");
});

const PRIVATE: DialGuard = { deniesPrivateNetworks: true, admitUrl() {} };

/** A guard of redirects: keeps what it was asked, and refuses what `denies` says. */
function guardRedirects(denies: (url: URL) => unknown = () => null) {
  const asked: string[] = [];
  const admitUrl = (url: URL): void => {
    asked.push(url.href);
    const error = denies(url);
    if (error !== null) throw error;
  };
  return { asked, guard: { admitUrl, deniesPrivateNetworks: false } };
}

/** The test server's path that redirects to `location`. */
function leadingTo(location: string): string {
  return `/status?code=302&text=Found&field=${encodeURIComponent(`Location: ${location}`)}`;
}

async function dial(
  url: string,
  guard: DialGuard,
  options: WebSocketOptions = {},
): Promise<RecordingSink> {
  const sink = new RecordingSink();
  const adapter = dialer.dial({ url, protocols: [], options, guard }, sink);
  expect(sink.names).toEqual([]);
  const ended = sink.next("close");
  await Promise.race([sink.next("open"), ended]);
  adapter.close(1000, "");
  await ended;
  return sink;
}

/** The one error of a dial that fails. */
async function errorOf(...dialled: Parameters<typeof dial>): Promise<SocketError> {
  const { names, reports } = await dial(...dialled);
  expect(names).toEqual(["error", "close"]);
  const [first] = reports;
  if (first?.[0] !== "error") throw new Error("no error came first");
  return first[1];
}

describe("a guard of redirects", () => {
  const denied = new SocketError("PERMISSION_DENIED", "not there", { code: "ERR_DENIED" });

  test("refuses a target: its error is the one error, and nothing is sent there", async () => {
    const silent = await startSilentServer();
    const { guard, asked } = guardRedirects(() => denied);
    const url = server + leadingTo(`http://${silent.host}/there`);
    expect(await errorOf(url, guard, { followRedirects: 1 })).toBe(denied);
    expect(asked).toEqual([`ws://${silent.host}/there`]);
    expect(silent.connections()).toBe(0);
  });

  test("is asked for each step, and not for the URL that was dialled", async () => {
    const { guard, asked } = guardRedirects();
    const url = server + leadingTo(leadingTo("/echo?x"));
    const { names } = await dial(url, guard, { followRedirects: 2 });
    expect(names).toEqual(["open", "close"]);
    expect(asked).toEqual([server + leadingTo("/echo?x"), `${server}/echo?x`]);
  });

  test("may refuse a later step", async () => {
    const { guard } = guardRedirects(({ pathname }) => (pathname === "/echo" ? denied : null));
    const url = server + leadingTo(leadingTo("/echo"));
    expect(await errorOf(url, guard, { followRedirects: 2 })).toBe(denied);
  });

  test("is not asked for what is not followed", async () => {
    const { guard, asked } = guardRedirects(() => denied);
    const error = await errorOf(server + leadingTo("/echo"), guard);
    expect(error.code).toBe("ERR_HANDSHAKE_STATUS");
    expect(asked).toEqual([]);
  });

  test("that fails refuses as well", async () => {
    const cause = new Error("bug");
    const { guard } = guardRedirects(() => cause);
    const error = await errorOf(server + leadingTo("/echo"), guard, { followRedirects: 1 });
    expect(error).toMatchObject({ kind: "INTERNAL", cause });
  });
});

describe("a guard of private networks", () => {
  const refused = { kind: "PERMISSION_DENIED", code: "ERR_PRIVATE_NETWORK", retryable: false };

  test.each([
    ["an address", "127.0.0.1"],
    ["an address in another spelling", "0x7f.1"],
    ["an address of IPv6", "[::1]"],
    ["IPv4 within IPv6", "[::ffff:127.0.0.1]"],
    ["a name that resolves to one", "localhost"],
  ])("refuses %s, plain and over TLS, before it connects", async (_what, host) => {
    const silent = await startSilentServer();
    const address = `${host}:${new URL(`ws://${silent.host}`).port}`;
    for (const scheme of ["ws", "wss"]) {
      expect(await errorOf(`${scheme}://${address}/`, PRIVATE)).toMatchObject(refused);
    }
    expect(silent.connections()).toBe(0);
  });

  test("refuses what a redirect leads to", async () => {
    // The first step is let pass, as if it were public.
    let isFirst = true;
    const guard: DialGuard = {
      get deniesPrivateNetworks() {
        return !isFirst;
      },
      admitUrl() {
        isFirst = false;
      },
    };
    const silent = await startSilentServer();
    const url = server + leadingTo(`ws://${silent.host}/`);
    expect(await errorOf(url, guard, { followRedirects: 1 })).toMatchObject(refused);
    expect(silent.connections()).toBe(0);
  });

  test("refuses an agent, which connects by itself", async () => {
    const error = await errorOf(`${server}/echo`, PRIVATE, { agent: new Agent() });
    expect(error).toMatchObject({ kind: "INVALID", code: "ERR_UNSUPPORTED" });
    expect(error.details).toEqual({ option: "agent" });
  });

  test("that denies nothing lets the same URLs pass, plain and over TLS", async () => {
    const { guard } = guardRedirects();
    const secure = await startPeerServer({ tls: certificate, serve: () => {} });
    for (const url of [`${server}/echo`, `ws://localhost:${port}/echo`, secure]) {
      const { names } = await dial(url, guard, { tls: { ca: certificate.cert } });
      expect(names).toEqual(["open", "close"]);
    }
  });
});
