/** Frame socket: a connection whose frames are made and read here, once the handshake is done; its end.
 *  @see RFC 6455, sections 5.5.1 and 7 */

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { startTimer, type Timer } from "../base/timer.ts";
import { CLOSE_TIMEOUT_MS, CloseCode, ReadyState } from "../constants.ts";
import type { FrameError } from "./frame-error.ts";
import { FIN, Opcode } from "./frame-format.ts";
import { FrameOutput, type FrameOutputSocket } from "./frame-output.ts";
import { FrameReader, type FrameSink, type ReaderSettings } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import type { OutputOwner, OutputSettings } from "./output.ts";
import type { Wire, WireOwner } from "./wire.ts";

/** What a handshake hands over. */
export interface FramedConnection {
  readonly socket: Duplex;
  /** What came in behind the handshake. */
  readonly head: Buffer;
  /** The subprotocol agreed upon, or `""`. */
  readonly protocol: string;
}

const NO_PAYLOAD = Buffer.alloc(0);
const CODE_BYTES = 2;

// A property of the socket, so that its listeners are the same functions for all connections.
const WIRE = Symbol("wire");

interface WiredSocket extends Duplex {
  [WIRE]?: FrameSocket;
}

function handleData(this: WiredSocket, chunk: Buffer): void {
  this[WIRE]?.readChunk(chunk, false);
}
function handleEnd(this: WiredSocket): void {
  this[WIRE]?.handlePeerEnd();
}
function handleError(this: WiredSocket): void {
  this[WIRE]?.terminate();
}
function handleGone(this: WiredSocket): void {
  this[WIRE]?.handleGone();
}

/** Takes what a socket has read into memory that is used again: for its wire, or whoever listens until there is one. */
export function receiveLent(socket: WiredSocket & Socket, chunk: Buffer): void {
  const wire = socket[WIRE];
  if (wire) wire.readChunk(chunk, true);
  else socket.push(Buffer.from(chunk));
}

/** An open connection over a TCP or TLS socket. */
export class FrameSocket implements Wire, FrameSink, FrameOutputSocket {
  owner: WireOwner | null = null;
  readonly protocol: string;
  readonly isServer: boolean;
  readyState: number = ReadyState.OPEN;
  startedClosing = false;
  isPaused = false;
  readonly #socket: WiredSocket;
  readonly #reader: FrameReader;
  /** Made for the first frame. */
  #writer: FrameWriter | null = null;
  #isMuted = false;
  /** Whether a chunk is being read; and whether the TCP socket has been stopped. */
  #isReading = false;
  #isStopped = false;
  /** Whether the peer's close frame was read, or something else behind which nothing counts. */
  #isPeerDone = false;
  #code: number = CloseCode.ABNORMAL_CLOSURE;
  #reason = "";
  /** Bounds the closing handshake. */
  #timer: Timer;

  /** Takes the socket; reading begins in a later task. */
  constructor({ socket, head, protocol }: FramedConnection, settings: ReaderSettings) {
    this.protocol = protocol;
    this.isServer = settings.isServer;
    this.#reader = new FrameReader(settings, this);
    this.#socket = socket;
    this.#socket[WIRE] = this;
    if (socket instanceof Socket) socket.setTimeout(0).setNoDelay();
    if (head.length > 0) socket.unshift(head);
    socket.on("data", handleData);
    socket.on("end", handleEnd);
    socket.on("error", handleError);
    socket.on("close", handleGone);
  }

  get writer(): FrameWriter {
    this.#writer ??= new FrameWriter(this.#socket, this.isServer);
    return this.#writer;
  }

  createOutput(settings: OutputSettings, owner: OutputOwner): FrameOutput {
    return new FrameOutput(this, settings, owner);
  }

  /** Sends a close frame behind all that was written, and bounds the wait for the peer's. */
  close(code?: number, reason = ""): void {
    if (this.readyState === ReadyState.OPEN) {
      this.owner?.handleClosing();
      this.startedClosing = true;
      this.readyState = ReadyState.CLOSING;
      this.writer.writeFrame(FIN | Opcode.CLOSE, closePayload(code, reason), 0);
      this.writer.flush();
      this.#timer = startTimer(CLOSE_TIMEOUT_MS, (socket) => socket.destroy(), this.#socket);
    }
    if (this.startedClosing && this.#isPeerDone) this.#socket.end();
  }

  terminate(): void {
    if (this.readyState === ReadyState.CLOSED) return;
    this.readyState = ReadyState.CLOSING;
    this.#socket.destroy();
  }

  mute(): void {
    this.#isMuted = true;
  }

  ping(payload: Uint8Array): void {
    this.#writeControl(Opcode.PING, payload);
  }

  answerPing(payload: Uint8Array, done: () => void): void {
    if (this.#writeControl(Opcode.PONG, payload)) this.writer.whenWritten(done);
  }

  pause(): void {
    this.isPaused = true;
    this.#reader.hold();
    // Who pauses and resumes at each few messages of a chunk need not stop the socket each time.
    if (!this.#isReading) this.#stop();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    // Nothing is reported from within this call.
    process.nextTick(() => this.#readOn());
  }

  /** Takes what was read; `isLent` where its memory is used again. */
  readChunk(chunk: Buffer, isLent: boolean): void {
    this.#read(chunk, isLent);
  }

  /** The peer has ended its side, without a close frame unless one came before. */
  handlePeerEnd(): void {
    this.readyState = ReadyState.CLOSING;
    this.#writer?.flush();
    this.#socket.end();
  }

  /** The connection is gone. What came before is handed over, even to who has paused: nothing more comes. */
  handleGone(): void {
    const socket = this.#socket;
    socket.off("data", handleData);
    clearTimeout(this.#timer);
    this.readyState = ReadyState.CLOSING;
    this.#reader.release();
    this.#reader.read(socket.read(), false);
    this.#reader.end();
    this.readyState = ReadyState.CLOSED;
    this.owner?.handleEnd(this.#code, this.#reason);
  }

  handleMessage(data: string | Buffer, bytes: number): void {
    if (!this.#isMuted) this.owner?.handleMessage(data, bytes);
  }

  handleDeflated(): void {}

  handlePing(payload: Buffer): void {
    if (!this.#isMuted) this.owner?.handlePing(payload);
  }

  handlePong(payload: Buffer): void {
    if (!this.#isMuted) this.owner?.handlePong(payload);
  }

  /** Answers the peer's close frame, unless it is the answer itself. */
  handleClose(code: number, reason: string): void {
    this.#code = code;
    this.#reason = reason;
    this.#seeEnd();
    if (code === CloseCode.NO_STATUS) this.close();
    else this.close(code, reason);
  }

  handleBreach(error: FrameError): void {
    this.#seeEnd();
    this.close(error.closeCode);
    this.owner?.handleError(error);
  }

  /** Nothing that comes counts any more; it is read nevertheless, so that the end is seen. */
  #seeEnd(): void {
    this.#isPeerDone = true;
    if (this.isPaused) this.resume();
  }

  #readOn(): void {
    if (this.isPaused) return;
    this.#reader.release();
    this.#read(null, false);
    if (this.isPaused || !this.#isStopped) return;
    this.#isStopped = false;
    this.#socket.resume();
  }

  #read(chunk: Buffer | null, isLent: boolean): void {
    this.#isReading = true;
    try {
      this.#reader.read(chunk, isLent);
    } finally {
      this.#isReading = false;
      if (this.isPaused) this.#stop();
    }
  }

  #stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#socket.pause();
  }

  #writeControl(opcode: number, payload: Uint8Array): boolean {
    if (this.readyState !== ReadyState.OPEN) return false;
    this.writer.writeFrame(FIN | opcode, payload, 0);
    return true;
  }
}

function closePayload(code: number | undefined, reason: string): Buffer {
  if (code === undefined) return NO_PAYLOAD;
  const payload = Buffer.alloc(CODE_BYTES + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, CODE_BYTES);
  return payload;
}
