/** Framed pair: one connection under test, over TCP or TLS, and its other end, a bare socket behind the handshake. */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import { onTestFinished } from "vitest";
import { WebSocket as Ws } from "ws";
import { WsAdapter } from "../../src/adapter/ws.ts";
import { WsAcceptor } from "../../src/adapter/ws-acceptor.ts";
import { createWsDialer } from "../../src/adapter/ws-dialer.ts";
import { Handshaker } from "../../src/adapter/ws-handshaker.ts";
import type { WsOptions } from "../../src/adapter/ws-settings.ts";
import { type Certificate, createAuthority, createCertificate } from "./certificates.ts";
import { line, readerSettings, receiveByWs, senderFrame } from "./frame-streams.ts";
import { listen } from "./listening.ts";
import { requestHead } from "./raw-client.ts";
import { RecordingSink } from "./recording-sink.ts";

export interface FramedPair {
  readonly adapter: WsAdapter;
  readonly sink: RecordingSink;
  /** The bare end. It is not read before somebody listens. */
  readonly peer: Socket;
}

/** How a pair is made. */
export interface PairOptions {
  /** Whether the end under test is the server. */
  readonly isServer: boolean;
  readonly isSecure?: boolean;
  readonly options?: WsOptions;
  /** What the peer sends along with its part of the handshake; for a client under test. */
  readonly early?: Uint8Array;
}

export const MIB = 1024 * 1024;
/** More than the kernel takes for one that does not read. */
export const STUCK_BYTES = 32 * MIB;
// Opcodes, by themselves: what is tested is not to be asked what they are.
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;

const HEAD_END = "\r\n\r\n";
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

let certificates: Promise<{ ca: Certificate; own: Certificate }> | null = null;

async function makeCertificates(): Promise<{ ca: Certificate; own: Certificate }> {
  const ca = await createAuthority();
  return { ca, own: await createCertificate("localhost", ca) };
}

async function startServer(isSecure: boolean): Promise<[Server, port: number, ca: string]> {
  certificates ??= makeCertificates();
  const { ca, own } = await certificates;
  const server = isSecure ? createSecureServer(own) : createServer();
  return [server, await listen(server), ca.cert];
}

/** Opens a connection. Both ends are closed when the test has finished. */
export async function openFramed(options: PairOptions): Promise<FramedPair> {
  const sink = new RecordingSink();
  const { adapter, peer } = await (options.isServer ? accept(options, sink) : dial(options, sink));
  onTestFinished(() => void peer.destroy());
  peer.on("error", () => {});
  // An HTTP server leaves its side open.
  peer.on("end", () => peer.end());
  await sink.next("open");
  return { adapter, sink, peer };
}

type Ends = Omit<FramedPair, "sink">;

async function accept(
  { isSecure = false, options = {} }: PairOptions,
  sink: RecordingSink,
): Promise<Ends> {
  const [server, port, ca] = await startServer(isSecure);
  const accepted = new Promise<WsAdapter>((resolve, reject) => {
    server.on("upgrade", (request, socket, head) => {
      const answer = { protocol: "", headers: {}, offered: [] };
      const made = new Handshaker(options).complete({ request, socket, head }, answer);
      if (made === null || made instanceof Error) reject(made ?? new Error("it has gone"));
      else resolve(new WsAcceptor(made, `ws://127.0.0.1:${port}/`, options).accept(sink));
    });
  });
  const peer = isSecure
    ? connectSecure({ port, host: "127.0.0.1", servername: "localhost", ca })
    : connect(port, "127.0.0.1");
  peer.write(requestHead("/"));
  const adapter = await accepted;
  await readHead(peer);
  return { adapter, peer };
}

/** Reads the answer to a handshake, and leaves what is behind it. */
async function readHead(peer: Socket): Promise<void> {
  let head = "";
  while (!head.endsWith(HEAD_END)) {
    const byte: Buffer | null = peer.read(1);
    if (byte) head += byte.toString("latin1");
    else await once(peer, "readable");
  }
  peer.removeAllListeners("readable");
}

async function dial(
  { isSecure = false, options = {}, early = Buffer.alloc(0) }: PairOptions,
  sink: RecordingSink,
): Promise<Ends> {
  const [server, port, ca] = await startServer(isSecure);
  const upgraded = once(server, "upgrade") as Promise<[IncomingMessage, Socket]>;
  const url = isSecure ? `wss://localhost:${port}/` : `ws://127.0.0.1:${port}/`;
  const settings = { ...options, ...(isSecure && { tls: { ca } }) };
  const adapter = createWsDialer(Ws).dial({ url, protocols: [], options: settings }, sink);
  if (!(adapter instanceof WsAdapter)) throw new Error("it is no adapter over ws");
  onTestFinished(() => adapter.terminate());
  const [{ headers }, peer] = await upgraded;
  const key = createHash("sha1").update(`${headers["sec-websocket-key"]}${GUID}`);
  const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  lines.push(`Sec-WebSocket-Accept: ${key.digest("base64")}${HEAD_END}`);
  peer.write(Buffer.concat([Buffer.from(lines.join("\r\n")), early]));
  return { adapter, peer };
}

/** Every kind of connection, by its end under test. */
export const SIDES = [
  ["a server", { isServer: true, isSecure: false }],
  ["a client", { isServer: false, isSecure: false }],
  ["a server over TLS", { isServer: true, isSecure: true }],
  ["a client over TLS", { isServer: false, isSecure: true }],
] as const;

/** Lets one turn of the event loop pass. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Turns go by until `condition` holds; the test's own time limit ends the wait. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Lets some turns pass. */
export async function turns(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed += 1) await turn();
}

/** Reads to the end of what a peer is sent. */
export async function readToEnd(peer: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  peer.on("data", (chunk: Buffer) => chunks.push(chunk));
  if (!peer.readableEnded && !peer.closed)
    await Promise.race([once(peer, "end"), once(peer, "close")]);
  return Buffer.concat(chunks);
}

/** What a peer's receiver makes of what it was sent, up to its end. */
export async function hear(peer: Socket, isServer: boolean): Promise<string[]> {
  return await receiveByWs(await readToEnd(peer), readerSettings({ isServer: !isServer }));
}

/** The payload of a close frame. */
export const closePayload = (code: number): Buffer => Buffer.of(code >> 8, code & 0xff);

/** The frames of a peer, masked where it is the client. */
export function peerFrames(
  isServer: boolean,
  ...frames: [opcode: number, content: string | Buffer][]
): Buffer {
  return Buffer.concat(
    frames.map(([opcode, content]) => senderFrame(opcode, Buffer.from(content), isServer)),
  );
}

/** A message in a line. */
export const lineOf = (data: string | Uint8Array): string =>
  typeof data === "string" ? line.text(data) : line.bytes(data);
