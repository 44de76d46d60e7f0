/** Accepting: one socket of a server by itself, its other end a client of `ws` with the manners of a path. */

import { createServer, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket as Ws } from "ws";
import type { AdapterSink } from "../../src/adapter/adapter.ts";
import type { WsAdapter } from "../../src/adapter/ws.ts";
import { WsAcceptor } from "../../src/adapter/ws-acceptor.ts";
import { Handshaker } from "../../src/adapter/ws-handshaker.ts";
import type { WsOptions } from "../../src/adapter/ws-settings.ts";
import { listen } from "./listening.ts";
import { PEERS } from "./peers.ts";

/** How a socket is accepted, and by whom it is dialled. */
export interface AcceptOptions {
  readonly protocols?: readonly string[];
  readonly server?: WsOptions;
  readonly client?: ClientOptions;
}

/** Both ends of a connection. */
export interface AcceptedPair {
  readonly adapter: WsAdapter;
  /** The server's end, beneath the adapter. */
  readonly socket: Socket;
  readonly client: Ws;
}

function chooseProtocol({ url, headers }: IncomingMessage): string {
  const { searchParams } = new URL(url ?? "/", "http://test");
  const offered = headers["sec-websocket-protocol"]?.split(",") ?? [];
  return searchParams.get("choose") ?? offered[0]?.trim() ?? "";
}

/**
 * Accepts one connection, reporting to `sink`; the client behaves as `path` of the test server does. Resolves
 * before anything is reported; both ends are closed when the test has finished.
 */
export async function acceptOne(
  path: string,
  sink: AdapterSink,
  { protocols = [], server: options = {}, client: settings = {} }: AcceptOptions = {},
): Promise<AcceptedPair> {
  const handshaker = new Handshaker(options);
  const server = createServer();
  const upgrade = new Promise<[IncomingMessage, Duplex, Buffer]>((resolve) => {
    server.on("upgrade", (request, socket, head) => resolve([request, socket, head]));
  });
  const url = new URL(path, `ws://127.0.0.1:${await listen(server)}`);
  const client = new Ws(url, [...protocols], { perMessageDeflate: false, ...settings });
  onTestFinished(() => client.terminate());
  client.on("error", () => {});

  const [request, socket, head] = await upgrade;
  client.on("open", () => PEERS[url.pathname]?.(client, url.searchParams, request));
  const answer = { protocol: chooseProtocol(request), headers: {}, offered: [...protocols] };
  const accepted = handshaker.complete({ request, socket, head }, answer);
  if (accepted === null || accepted instanceof Error) throw accepted ?? new Error("it has gone");
  const adapter = new WsAcceptor(accepted, url.href, options).accept(sink);
  return { adapter, socket: accepted.socket, client };
}
