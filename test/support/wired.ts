/** Wired: a wire of our frames over one end of a TCP connection, without a handshake; the other end is bare. */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished, vi } from "vitest";
import type { Frame } from "../../src/adapter/frame-batch.ts";
import { FrameSocket } from "../../src/adapter/frame-socket.ts";
import { readerSettings } from "./frame-streams.ts";
import { turn } from "./framed-pair.ts";
import { listen } from "./listening.ts";
import { WireLog } from "./wire-log.ts";

/** A request as Node's own are. */
interface WriteRequest {
  /** Calls back whoever waits; Node gives it to its own before it writes them. */
  oncomplete?(status: number): void;
  /** -1 where nothing of it is under way. */
  getAsyncId(): number;
}

/** What is under a socket, as far as tests replace it. */
export interface SocketHandle {
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  readonly writeQueueSize: number;
  readonly bytesWritten: number;
}

const NO_HEAD = Buffer.alloc(0);
const NO_REQUEST_ID = -1;

/** Both ends of a TCP connection; both are destroyed when the test has finished. The second is not read. */
export async function connectPair(): Promise<[socket: Socket, peer: Socket]> {
  const server = createServer({ pauseOnConnect: true });
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const socket = connect(await listen(server), "127.0.0.1");
  const [[peer]] = await Promise.all([accepted, once(socket, "connect")]);
  onTestFinished(() => {
    socket.destroy();
    peer.destroy();
  });
  peer.on("error", () => {});
  return [socket, peer];
}

export function handleUnder(socket: Socket): SocketHandle {
  return Reflect.get(socket, "_handle");
}

/** The writes of one socket, from now on: those of its stream, and those that went past it. */
export class WriteWatch {
  /** How many writes were asked of the system past the stream. */
  direct = 0;
  /** How many requests were used again while they were under way: each would end the process. */
  reused = 0;
  readonly #stream: { readonly mock: { readonly calls: readonly unknown[] } };

  constructor(socket: Socket) {
    this.#stream = vi.spyOn(socket, "_write");
    const handle = handleUnder(socket);
    const { writeBuffer } = handle;
    handle.writeBuffer = (request, bytes) => {
      // Node tells its own whom to call before it writes them.
      if (request.oncomplete === undefined) this.direct += 1;
      if (request.getAsyncId() === NO_REQUEST_ID) return writeBuffer.call(handle, request, bytes);
      this.reused += 1;
      const fresh: WriteRequest = Reflect.construct(request.constructor, []);
      return writeBuffer.call(handle, fresh, bytes);
    };
  }

  /** How many writes the stream was asked for. */
  get byStream(): number {
    return this.#stream.mock.calls.length;
  }
}

/** A wire, who owns it, and the other end of its connection. */
export class Wired extends WireLog {
  readonly socket: Socket;
  readonly peer: Socket;
  /** How often the socket has failed. */
  errors = 0;
  /** Payload bytes that were sent so far. */
  sentBytes = 0;

  /** Node has shown by a first write how to do without its stream. */
  static async open(isServer = true): Promise<Wired> {
    const wired = new Wired(await connectPair(), isServer);
    const { output, peer } = wired;
    output.send("");
    const arrived = once(peer, "data");
    peer.resume();
    await arrived;
    peer.pause();
    return wired;
  }

  constructor([socket, peer]: [Socket, Socket], isServer: boolean) {
    const connection = { socket, head: NO_HEAD, protocol: "", extensions: "" };
    const wire = new FrameSocket(connection, readerSettings({ isServer }));
    super(wire, () => socket.destroyed);
    this.socket = socket;
    this.peer = peer;
    socket.on("error", () => {
      this.errors += 1;
    });
  }

  send(data: string | Uint8Array): void {
    this.sentBytes += Buffer.byteLength(data);
    this.output.send(data);
  }

  sendFrame(frame: Frame): void {
    this.sentBytes += frame.payloadBytes;
    this.output.sendFrame(frame);
  }

  ping(payload: Uint8Array): void {
    this.output.flush();
    this.wire.ping(payload);
  }

  /** Sends messages of `bytes` bytes, one a turn, until one has to wait; it waits alone. Returns them. */
  async fill(bytes: number): Promise<Buffer[]> {
    const sent: Buffer[] = [];
    while (this.output.unsentBytes === 0) {
      const data = Buffer.alloc(bytes, sent.length % 251);
      sent.push(data);
      this.send(data);
      await turn();
    }
    return sent;
  }
}

/** Reads `bytes` bytes of what a peer is sent, or less where it ends before; its reading goes on. */
export function collect(peer: Socket): { bytes: Buffer; until(length: number): Promise<Buffer> } {
  const chunks: Buffer[] = [];
  let length = 0;
  peer.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
  });
  // It was accepted without being read.
  peer.resume();
  const ended = once(peer, "close");
  return {
    get bytes() {
      return Buffer.concat(chunks);
    },
    async until(wanted) {
      while (length < wanted && !peer.closed) await Promise.race([once(peer, "data"), ended]);
      return Buffer.concat(chunks);
    },
  };
}
