/** Serving: `WebSockets` of one test on a free port, shut down when the test has finished; and handshakes
 *  made by hand, for what is answered. */

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
} from "node:http";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";
import { WebSockets, type WebSocketsOptions } from "../../src/server/index.ts";
import { listen } from "./listening.ts";

/** What `onError` was told. */
export type ToldErrors = { readonly error: unknown; readonly who: unknown }[];

/** `WebSockets`, on a server of its own. */
export interface Serving {
  readonly sockets: WebSockets;
  /** As `ws://127.0.0.1:1234`. */
  readonly url: string;
  readonly port: number;
  /** What `onError` has been told so far, unless the options have one. */
  readonly errors: ToldErrors;
}

/** Makes `WebSockets` that are shut down when the test has finished, and remember what `onError` is told. */
export function makeSockets(options: WebSocketsOptions = {}): Pick<Serving, "sockets" | "errors"> {
  const errors: ToldErrors = [];
  const onError = (error: unknown, who: unknown): void => void errors.push({ error, who });
  const sockets = new WebSockets({ onError, ...options });
  // A client that does not answer is not waited for.
  onTestFinished(() => sockets.shutdown({ timeout: 1 }));
  return { sockets, errors };
}

/** Makes `WebSockets` and lets them listen. */
export async function serve(options: WebSocketsOptions = {}): Promise<Serving> {
  const { sockets, errors } = makeSockets(options);
  const { port } = await sockets.listen(0, { host: "127.0.0.1" });
  return { sockets, errors, port, url: `ws://127.0.0.1:${port}` };
}

/** Starts an HTTP server that answers what is no upgrade with "plain". Resolves with it and its URL. */
export async function startHttp(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_request, response) => response.end("plain"));
  return { server, url: `ws://127.0.0.1:${await listen(server)}` };
}

/** What Node's `upgrade` event brings. */
export type UpgradeArguments = [message: IncomingMessage, socket: Duplex, head: Buffer];

/** A server whose `upgrade` events `take` gets. Resolves with its URL. */
export async function startUpgrading(
  take: (...event: UpgradeArguments) => unknown,
): Promise<string> {
  const { server, url } = await startHttp();
  server.on("upgrade", (...event: UpgradeArguments) => void take(...event));
  return url;
}

/** How a handshake was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of a refusal. */
  readonly body: string;
  /** The connection. It is destroyed when the test has finished. */
  readonly socket: Duplex;
  /** Of an accepted handshake: what came along with the answer. */
  readonly head: Buffer;
}

/** The header fields of a handshake. */
export const HANDSHAKE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
} as const;

/**
 * Makes a handshake by hand. Rejects where the connection ends without an answer.
 * @param early what is sent behind the request, whether it has been answered or not
 */
export function handshake(
  url: string,
  fields: Record<string, string | string[]> = {},
  early: readonly (Uint8Array | Promise<Uint8Array>)[] = [],
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...HANDSHAKE, ...fields };
    const asking = request(url.replace(/^ws/, "http"), { headers, agent: false });
    onTestFinished(() => void asking.destroy());
    asking.on("error", reject);
    asking.on("upgrade", ({ statusCode: status = 0, headers }, socket, head) => {
      onTestFinished(() => void socket.destroy());
      socket.on("error", () => {});
      resolve({ status, headers, body: "", socket, head });
    });
    asking.on("response", async (response) => {
      const { statusCode: status = 0, headers, socket } = response;
      const chunks = await response.toArray();
      resolve({ status, headers, body: `${Buffer.concat(chunks)}`, socket, head: Buffer.alloc(0) });
    });
    asking.flushHeaders();
    // Behind the request: what a client sends that does not wait for the answer.
    asking.once("socket", (socket) => {
      socket.once("connect", async () => {
        for await (const part of early) socket.write(part);
      });
    });
  });
}

/** A text message of a client, masked with zeros. */
export function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new Error("a short text, please");
  return Buffer.concat([Buffer.of(0x81, 0x80 | payload.length, 0, 0, 0, 0), payload]);
}
