/** The configurations of docs/deploy.md: WebSockets through nginx and HAProxy as they stand there.
 *  Timeouts alone are shorter here; without the programs these tests are skipped, and say so. */

import { createServer, type IncomingMessage } from "node:http";
import { Agent, get, request as startRequest } from "node:https";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket as Peer } from "ws";
import { findProxy } from "../../scripts/find-proxies.mjs";
import { type Connection, type ConnectOptions, connect } from "../../src/index.ts";
import { type UpgradeRequest, WebSockets, type WebSocketsOptions } from "../../src/server/index.ts";
import { listen } from "../support/listening.ts";
import { type Proxy, type ProxyName, startProxy } from "../support/proxy.ts";
import { rejected } from "../support/sockets.ts";

const MIB = 1024 * 1024;
const CLIENT_ADDRESS = "127.0.0.2";

const PROXIES = (["nginx", "haproxy"] as const).map((name) => ({
  name,
  program: findProxy(name) ?? "",
}));

for (const { name, program } of PROXIES) {
  if (program === "") {
    console.error(`skipped: no ${name} here; node scripts/ensure-proxies.mjs installs it as root`);
  }
}

interface Site extends Proxy {
  readonly sockets: WebSockets;
  /** The requests of those who came to `/echo`. */
  readonly requests: UpgradeRequest[];
  dial(options?: ConnectOptions): Promise<Connection>;
}

/** A server with an echo and a health check, the proxy in front. */
async function startSite(
  proxy: { readonly name: ProxyName; readonly program: string },
  options: WebSocketsOptions = { trustProxy: "127.0.0.1" },
): Promise<Site> {
  const requests: UpgradeRequest[] = [];
  const sockets = new WebSockets(options).route("/echo", async (connection, request) => {
    requests.push(request);
    for await (const message of connection) await connection.send(message);
  });
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/health" ? 200 : 404).end("an ordinary answer");
  });
  sockets.attach(server);
  const { host, ca } = await startProxy(proxy.name, proxy.program, await listen(server));
  const dial = async (dialOptions: ConnectOptions = {}): Promise<Connection> => {
    const connection = await connect(`wss://${host}/echo`, { tls: { ca }, ...dialOptions });
    onTestFinished(async () => void (await connection.close()));
    return connection;
  };
  return { host, ca, sockets, requests, dial };
}

/** The answer to a request, body and all. */
function answerTo(start: () => ReturnType<typeof get>): Promise<[IncomingMessage, string]> {
  return new Promise((resolve, reject) => {
    const request = start();
    request.once("error", reject);
    request.once("response", async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve([response, body]);
    });
    request.end();
  });
}

describe.each(PROXIES)("behind $name", (proxy) => {
  const { name } = proxy;
  const isAbsent = proxy.program === "";

  test.skipIf(isAbsent)("text and 1 MiB of bytes are echoed", async () => {
    const { dial } = await startSite(proxy);
    const connection = await dial();
    const bytes = new Uint8Array(MIB).map((_byte, index) => index % 251);
    await connection.send("grüße");
    await connection.send(bytes);
    expect(await connection.receive()).toBe("grüße");
    const echo = await connection.receive();
    expect(echo instanceof Uint8Array && Buffer.compare(echo, bytes)).toBe(0);
  });

  test.skipIf(isAbsent)("ordinary requests are answered by the HTTP server", async () => {
    const { host, ca } = await startSite(proxy);
    const [response, body] = await answerTo(() => get(`https://${host}/health`, { ca }));
    expect([response.statusCode, body]).toEqual([200, "an ordinary answer"]);
  });

  test.skipIf(isAbsent)(
    "a client has its own address and scheme, whatever it claims itself",
    async () => {
      const { dial, requests, host, ca } = await startSite(proxy);
      const agent = new Agent({ ca, localAddress: CLIENT_ADDRESS });
      const headers = { "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http" };
      await dial({ agent, headers });
      const [request] = requests;
      expect(request?.address).toBe(CLIENT_ADDRESS);
      expect(request?.url.href).toBe(`wss://${host}/echo`);
    },
  );

  test.skipIf(isAbsent)("all have the proxy's address where it is not trusted", async () => {
    const { dial, requests, ca } = await startSite(proxy, {});
    await dial({ agent: new Agent({ ca, localAddress: CLIENT_ADDRESS }) });
    expect(requests[0]?.address).toBe("127.0.0.1");
  });

  test.skipIf(isAbsent)("pages of the same origin may connect, and no others", async () => {
    const { dial, host } = await startSite(proxy);
    await dial({ headers: { Origin: `https://${host}` } });
    for (const origin of [`http://${host}`, "https://localhost", "https://example.com"]) {
      const error = await rejected(dial({ headers: { Origin: origin } }));
      expect(error).toMatchObject({ details: { status: 403 } });
    }
  });

  test.skipIf(isAbsent)("the same origin is not known where the proxy is not trusted", async () => {
    const { dial, host } = await startSite(proxy, {});
    const error = await rejected(dial({ headers: { Origin: `https://${host}` } }));
    expect(error).toMatchObject({ details: { status: 403 } });
  });

  test.skipIf(isAbsent)("a shutdown's 1001, then its 503, reach who they are for", async () => {
    const { dial, sockets, host, ca } = await startSite(proxy);
    const connection = await dial();
    const shutdown = sockets.shutdown({ reconnectAfter: "7s" });
    expect(await connection.receive()).toBe(null);
    expect(await connection.socket.read()).toMatchObject({
      code: 1001,
      reason: "Server shutting down...",
      wasClean: true,
    });
    await shutdown;
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    };
    const [response] = await answerTo(() =>
      startRequest(`https://${host}/echo`, { ca, headers, agent: false }),
    );
    expect([response.statusCode, response.headers["retry-after"]]).toEqual([503, "7"]);
  });

  test.skipIf(isAbsent)(
    "a client that does not read is closed on, one that reads is not",
    async () => {
      const { dial, sockets } = await startSite(proxy);
      const reader = await dial();
      const leaving = new AbortController();
      // It stops to read once so many messages wait for somebody to ask for them.
      await dial({ channelCapacity: 1, signal: leaving.signal });
      const [, idler] = sockets;
      const failed = new Promise<unknown>((resolve) => {
        idler?.addEventListener("error", resolve, { once: true });
      });
      // No faster than it is read.
      const chunk = new Uint8Array(MIB / 4);
      while (sockets.broadcast(chunk) === 2) {
        expect(await reader.receive()).toHaveLength(chunk.length);
      }
      leaving.abort();
      expect(await failed).toMatchObject({ error: { code: "ERR_TOO_SLOW" } });
      expect(reader.connected).toBe(true);
    },
  );

  test.skipIf(isAbsent)("pings keep a silent link past the proxy's timeout", async () => {
    const { host, ca } = await startSite(proxy, { pingInterval: 250 });
    const peer = new Peer(`wss://${host}/echo`, { ca });
    onTestFinished(() => peer.terminate());
    const end = new Promise<string>((resolve, reject) => {
      peer.once("close", (code) => reject(new Error(`closed with ${code}`)));
      peer.once("message", (data) => resolve(`${data}`));
    });
    // Each comes after 250 ms of silence, so that all together take longer than the timeout of 1 s.
    const pings = new Promise<void>((resolve) => {
      let count = 0;
      peer.on("ping", () => {
        count += 1;
        if (count === 6) resolve();
      });
    });
    await Promise.race([pings, end]);
    peer.send("still here");
    expect(await end).toBe("still here");
  });

  test.skipIf(isAbsent)(`without pings ${name} ends a silent link`, async () => {
    const { dial } = await startSite(proxy, { pingInterval: 0 });
    const connection = await dial();
    expect(await connection.socket.read()).toMatchObject({ code: 1006, wasClean: false });
  });
});
