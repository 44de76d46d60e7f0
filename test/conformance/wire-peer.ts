/** Wire peer: one end of a TCP connection on which every byte is the test's own; no library speaks for it. */

import { createHash } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type SeenFrame, StrictParser } from "./strict-parser.ts";
import { encodeAll, OPCODE, type Role, type Wire } from "./wire.ts";

const HEAD_END = "\r\n\r\n";
/** A connection on which nothing moves for so long is stuck: no test waits for that. */
const STUCK_MS = 5_000;
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const REQUEST = [
  "Host: 127.0.0.1",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** How a chunk of bytes is cut: sizes of the pieces, again and again; none for one write. */
export type Cut = readonly number[];

/** A turn of the event loop: the other end reads what was written before it. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A peer of ours, client or server. */
export class WirePeer {
  readonly role: Role;
  readonly socket: Socket;
  /** The other side's request or answer, as text. */
  head = "";
  /** Whether the connection had to be dropped, since nothing moved on it. */
  isStuck = false;
  #isGone = false;
  #parser: StrictParser;
  #early: Buffer | null = Buffer.alloc(0);
  #waiting: (() => void)[] = [];

  constructor(role: Role, socket: Socket) {
    this.role = role;
    this.socket = socket;
    this.#parser = this.#createParser(false);
    socket.setNoDelay(true);
    socket.setTimeout(STUCK_MS, () => {
      this.isStuck = true;
      socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("close", () => {
      this.#isGone = true;
      this.#parser.end();
      this.#wake();
    });
  }

  get frames(): readonly SeenFrame[] {
    return this.#parser.frames;
  }
  get violations(): readonly string[] {
    return this.#parser.violations;
  }
  get closeFrame(): SeenFrame | undefined {
    return this.frames.find(({ opcode }) => opcode === OPCODE.CLOSE);
  }
  /** Whether the other side will take nothing more: it closes, or has gone. */
  get isOver(): boolean {
    return this.#isGone || this.closeFrame !== undefined;
  }
  get isGone(): boolean {
    return this.#isGone;
  }

  /** From now on frames may be compressed. To be called before any has come. */
  allowCompression(): void {
    this.#parser = this.#createParser(true);
  }

  /** Writes bytes, cut as `cut` says, each piece in a turn of its own; stops where the other side closes. */
  async write(bytes: Uint8Array | string, cut: Cut = []): Promise<void> {
    const whole = Buffer.from(bytes);
    let at = 0;
    for (let piece = 0; at < whole.length && !this.isOver; piece += 1) {
      const size = cut[piece % cut.length] ?? whole.length;
      if (this.socket.writable) this.socket.write(whole.subarray(at, at + size));
      at += size;
      if (at < whole.length) await turn();
    }
  }

  async send(frames: readonly Wire[], cut?: Cut): Promise<void> {
    await this.write(encodeAll(frames, this.role), cut);
  }

  /** Resolves once `isDone`, or the connection is gone: whether it is done. */
  async until(isDone: () => boolean): Promise<boolean> {
    while (!isDone() && !this.#isGone) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return isDone();
  }

  /** Resolves with that frame, or null once the connection is gone. */
  async frame(index: number): Promise<SeenFrame | null> {
    await this.until(() => this.frames.length > index);
    return this.frames[index] ?? null;
  }

  /** Ends our half of the connection, and resolves once the other half has ended. */
  async end(): Promise<void> {
    this.socket.end();
    await this.until(() => this.#isGone);
  }

  #createParser(compresses: boolean): StrictParser {
    return new StrictParser(this.role === "client" ? "server" : "client", compresses);
  }

  #take(chunk: Buffer): void {
    if (this.#early === null) this.#parser.push(chunk);
    else this.#takeHead(Buffer.concat([this.#early, chunk]));
    this.#wake();
  }

  #takeHead(bytes: Buffer): void {
    const end = bytes.indexOf(HEAD_END);
    this.#early = end < 0 ? bytes : null;
    if (end < 0) return;
    this.head = bytes.toString("latin1", 0, end);
    // Of a server, whose answer this is: what follows may be compressed.
    const isAgreed = fieldOf(this.head, "sec-websocket-extensions") !== null;
    if (isAgreed && this.role === "client") this.allowCompression();
    this.#parser.push(bytes.subarray(end + HEAD_END.length));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** The value of a header field in a head, or null. */
export function fieldOf(head: string, name: string): string | null {
  const line = head.split("\r\n").find((each) => each.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim() ?? null;
}

const extensionsField = (extensions: string): string[] =>
  extensions === "" ? [] : [`Sec-WebSocket-Extensions: ${extensions}`];

/** Dials a server of ours; `early` stands right behind the request. Resolves with its answer read. */
export async function dialServer(
  port: number,
  extensions: string,
  early: readonly Wire[] = [],
): Promise<WirePeer> {
  const peer = new WirePeer("client", connect(port, "127.0.0.1"));
  const lines = ["GET / HTTP/1.1", ...REQUEST, ...extensionsField(extensions), "", ""];
  await peer.write(Buffer.concat([Buffer.from(lines.join("\r\n")), encodeAll(early, "client")]));
  await peer.until(() => peer.head !== "");
  return peer;
}

/** Answers the handshake of a client of ours; `early` stands right behind the answer. */
export async function answerClient(
  peer: WirePeer,
  extensions: string,
  early: readonly Wire[] = [],
): Promise<void> {
  await peer.until(() => peer.head !== "");
  if (extensions !== "") peer.allowCompression();
  const key = fieldOf(peer.head, "sec-websocket-key");
  const accept = createHash("sha1").update(`${key}${GUID}`).digest("base64");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Connection: Upgrade",
    "Upgrade: websocket",
    `Sec-WebSocket-Accept: ${accept}`,
    ...extensionsField(extensions),
    "",
    "",
  ];
  await peer.write(Buffer.concat([Buffer.from(lines.join("\r\n")), encodeAll(early, "server")]));
}

/** A listener that hands out each connection as a peer, in the order in which they come. */
export class WireListener {
  readonly #server: Server;
  #take: (peer: WirePeer) => void = () => {};

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => this.#take(new WirePeer("server", socket)));
  }

  static async open(): Promise<WireListener> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new WireListener(server);
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("it does not listen");
    return `ws://127.0.0.1:${address.port}`;
  }

  /** The next connection. */
  next(): Promise<WirePeer> {
    return new Promise((resolve) => {
      this.#take = resolve;
    });
  }

  close(): void {
    this.#server.close();
  }
}
