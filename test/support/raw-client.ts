/** Raw client: a TCP connection that speaks WebSocket by hand, and as badly as a test asks for. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

const OPENING = [
  "Host: 127.0.0.1",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
];
const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";

/** The head of a handshake's request; without `key`, one that is refused. */
export function requestHead(path: string, { key = true, deflate = false } = {}): string {
  const fields = [...OPENING, ...(key ? [KEY] : []), ...(deflate ? [DEFLATE] : [])];
  return `GET ${path} HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n`;
}

/** What came of a connection: nothing of it is ever thrown. */
export class RawClient {
  readonly socket: Socket;
  /** Resolves once the connection is gone, whoever ended it. */
  readonly gone: Promise<void>;
  #received: Buffer[] = [];
  /** How many bytes were received so far. */
  receivedBytes = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    this.gone = new Promise((resolve) => socket.on("close", () => resolve()));
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      this.#received.push(chunk);
      this.receivedBytes += chunk.length;
    });
    onTestFinished(() => void socket.destroy());
  }

  /** All that was received so far. */
  get received(): Buffer {
    this.#received = [Buffer.concat(this.#received)];
    return this.#received[0] ?? Buffer.alloc(0);
  }

  /** The first line of the answer to the handshake. */
  get statusLine(): string {
    return this.received.toString("latin1").split("\r\n", 1)[0] ?? "";
  }

  /** Writes, and waits until there is room again: false once the connection is gone. */
  async write(bytes: Buffer | string): Promise<boolean> {
    const { socket } = this;
    if (!socket.writable) return false;
    if (!socket.write(bytes)) {
      await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), this.gone]);
    }
    return socket.writable;
  }

  /** Resolves once so many bytes have been received, or the connection is gone: whether they were. */
  async untilBytes(bytes: number): Promise<boolean> {
    while (this.receivedBytes < bytes && !this.socket.closed) await this.#more();
    return this.receivedBytes >= bytes;
  }

  /** Resolves once `bytes` have been received, or the connection is gone: whether they were. */
  async until(bytes: string | Buffer): Promise<boolean> {
    while (!this.received.includes(bytes) && !this.socket.closed) await this.#more();
    return this.received.includes(bytes);
  }

  async #more(): Promise<void> {
    await Promise.race([new Promise((resolve) => this.socket.once("data", resolve)), this.gone]);
  }
}

/** Connects, without a word. */
export async function dialRaw(port: number): Promise<RawClient> {
  const client = new RawClient(connect(port, "127.0.0.1"));
  await Promise.race([once(client.socket, "connect"), client.gone]);
  return client;
}

/** Connects, and completes the handshake. */
export async function openRaw(
  port: number,
  path: string,
  options: { readonly deflate?: boolean } = {},
): Promise<RawClient> {
  const client = await dialRaw(port);
  await client.write(requestHead(path, options));
  if (!(await client.until("\r\n\r\n"))) throw new Error(`no answer: ${client.statusLine}`);
  return client;
}

export const OPCODE = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9 } as const;
const FIN = 0x80;
/** The message is compressed. */
const RSV1 = 0x40;
const MASKED = 0x80;

/** A frame of a client. Its mask is zero, which changes nothing of the payload. */
export function clientFrame(
  opcode: number,
  payload: Buffer = Buffer.alloc(0),
  { fin = true, rsv1 = false } = {},
): Buffer {
  const first = opcode | (fin ? FIN : 0) | (rsv1 ? RSV1 : 0);
  return Buffer.concat([createHead(first, payload.length), Buffer.alloc(4), payload]);
}

function createHead(first: number, bytes: number): Buffer {
  if (bytes < 126) return Buffer.of(first, MASKED | bytes);
  const head = Buffer.alloc(bytes < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = MASKED | (bytes < 65_536 ? 126 : 127);
  if (bytes < 65_536) head.writeUInt16BE(bytes, 2);
  else head.writeUIntBE(bytes, 4, 6);
  return head;
}

/** The close frame of a server with this code and reason. */
export function serverClose(code: number, reason = ""): Buffer {
  const payload = Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]);
  return Buffer.concat([Buffer.of(FIN | OPCODE.CLOSE, payload.length), payload]);
}
