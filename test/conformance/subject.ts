/** Subject: our side of a connection, client or server, and what its user learns of it. */

import { afterAll } from "vitest";
import type { CloseInfo, Compression } from "../../src/index.ts";
import { type ByteBuffer, WebSocket } from "../../src/index.ts";
import { WebSockets } from "../../src/server/index.ts";
import type { Role, Wire } from "./wire.ts";
import { answerClient, dialServer, WireListener, type WirePeer } from "./wire-peer.ts";

/** A message as it was delivered. */
export type Message = string | Buffer;

/** How our side is set up, and what the peer says of extensions. */
export interface Setting {
  readonly readLimit?: number;
  readonly compression?: Compression;
  readonly compressionThreshold?: number;
  /** The peer's offer or answer. @default "" */
  readonly extensions?: string;
  /** Whether our side sends back what it gets. @default true */
  readonly echoes?: boolean;
}

/** What our side says first: from then on it listens. */
export const READY = "ready";

/** Our side, and what came of it. */
export class Subject {
  readonly socket: WebSocket;
  readonly delivered: Message[] = [];
  /** Codes of the errors that it was told. */
  readonly errors: string[] = [];
  /** How it closed. */
  readonly closed: Promise<CloseInfo>;
  isOpened = false;

  constructor(socket: WebSocket, echoes: boolean) {
    this.socket = socket;
    this.closed = socket.read();
    socket.addListener("open", () => {
      this.isOpened = true;
      socket.send(READY);
    });
    socket.onerror = ({ error }) => void this.errors.push(error.code);
    socket.addListener("message", (_event, data) => {
      const message = keep(data);
      this.delivered.push(message);
      if (echoes) socket.send(message);
    });
  }
}

function keep(data: string | ByteBuffer | Blob): Message {
  if (typeof data === "string") return data;
  if (data instanceof Blob) throw new Error("nobody asked for Blobs");
  return Buffer.from(data.copy().bytes);
}

/** Both ends of a connection. */
export interface Pair {
  readonly subject: Subject;
  readonly peer: WirePeer;
}

/** A server of ours, which stays for all cases that set it up alike. */
interface OurServer {
  readonly sockets: WebSockets;
  readonly port: number;
}

const servers = new Map<string, Promise<OurServer>>();
let listener: Promise<WireListener> | null = null;

afterAll(async () => {
  (await listener)?.close();
  for (const server of servers.values()) await (await server).sockets.shutdown({ timeout: 1 });
});

async function startServer(setting: Setting): Promise<OurServer> {
  const { readLimit, compression, compressionThreshold } = setting;
  const sockets = new WebSockets({
    readLimit,
    compression,
    compressionThreshold,
    upgradesPerSecond: Number.POSITIVE_INFINITY,
  });
  const { port } = await sockets.listen(0, { host: "127.0.0.1" });
  return { sockets, port };
}

function serverFor(setting: Setting): Promise<OurServer> {
  const { readLimit, compression, compressionThreshold } = setting;
  const key = `${readLimit} ${compression} ${compressionThreshold}`;
  const server = servers.get(key) ?? startServer(setting);
  servers.set(key, server);
  return server;
}

/**
 * Connects our side, as a client or as a server, with a peer; `early` is what the peer writes along with its
 * part of the handshake. Cases come one after the other, so that the next connection is theirs.
 */
export async function connectPair(
  side: Role,
  setting: Setting = {},
  early: readonly Wire[] = [],
): Promise<Pair> {
  return side === "server" ? await acceptPair(setting, early) : await dialPair(setting, early);
}

/** Offers extensions to a server of ours. Resolves with its answer read, whatever it is. */
export async function offerTo(setting: Setting): Promise<WirePeer> {
  const { port } = await serverFor(setting);
  return await dialServer(port, setting.extensions ?? "");
}

async function acceptPair(setting: Setting, early: readonly Wire[]): Promise<Pair> {
  const { extensions = "", echoes = true } = setting;
  const { sockets, port } = await serverFor(setting);
  const accepted = new Promise<Subject>((resolve) => {
    sockets.onUpgrade = (socket) => resolve(new Subject(socket, echoes));
  });
  const peer = await dialServer(port, extensions, early);
  if (!peer.head.startsWith("HTTP/1.1 101")) throw new Error(`refused: ${peer.head}`);
  return { peer, subject: await accepted };
}

async function dialPair(setting: Setting, early: readonly Wire[]): Promise<Pair> {
  const { extensions = "", echoes = true, ...options } = setting;
  listener ??= WireListener.open();
  const { url } = await listener;
  const dialled = (await listener).next();
  const subject = new Subject(new WebSocket(url, null, options), echoes);
  const peer = await dialled;
  await answerClient(peer, extensions, early);
  return { peer, subject };
}
