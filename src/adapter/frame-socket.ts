/** Frame socket: a connection whose frames are made and read here, once the handshake is done; its end.
 *  @see RFC 6455, sections 5.5.1 and 7 */

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { startTimer, type Timer } from "../base/timer.ts";
import { CLOSE_TIMEOUT_MS, CloseCode, ReadyState } from "../constants.ts";
import { type DeflateDirection, type DeflateTerms, readTerms } from "./extensions.ts";
import type { FrameError } from "./frame-error.ts";
import { FIN, Opcode } from "./frame-format.ts";
import { FrameInflater } from "./frame-inflater.ts";
import { FrameOutput, type FrameOutputSocket } from "./frame-output.ts";
import { FrameReader, type FrameSink, type ReaderSettings } from "./frame-reader.ts";
import { FrameWriter, flushNow, holdFlushes } from "./frame-writer.ts";
import { KeepAlive } from "./keep-alive.ts";
import type { OutputOwner, OutputSettings } from "./output.ts";
import type { Wire, WireOwner } from "./wire.ts";

/** What a handshake hands over. */
export interface FramedConnection {
  readonly socket: Duplex;
  /** What came in behind the handshake. */
  readonly head: Buffer;
  /** The subprotocol agreed upon, or `""`. */
  readonly protocol: string;
  /** What was agreed upon, as in `Sec-WebSocket-Extensions`, or `""`. */
  readonly extensions: string;
}

const NO_PAYLOAD = Buffer.alloc(0);
const CODE_BYTES = 2;

/**
 * By what a socket that has a wire is known. By text: a program may hold two copies of this package, as a module
 * and as CommonJS, and their symbols are different ones.
 */
export const WIRE_MARK = "wire";
// A property of the socket, so that its listeners are the same functions for all connections.
const WIRE = Symbol(WIRE_MARK);

interface WiredSocket extends Duplex {
  [WIRE]?: FrameSocket;
}

function handleData(this: WiredSocket, chunk: Buffer): void {
  this[WIRE]?.receive(chunk, false);
}
function handleEnd(this: WiredSocket): void {
  this[WIRE]?.handlePeerEnd();
}
function handleError(this: WiredSocket): void {
  this[WIRE]?.handleFailure();
}
function handleGone(this: WiredSocket): void {
  this[WIRE]?.handleGone();
}

/** Takes what a socket has read into memory that is used again: for its wire, or whoever listens until there is one. */
export function receiveLent(socket: WiredSocket & Socket, chunk: Buffer): void {
  const wire = socket[WIRE];
  // A stopped TLS socket still brings what it has decrypted: behind what came with the handshake.
  if (wire && socket.readableLength === 0) wire.receive(chunk, true);
  else socket.push(Buffer.from(chunk));
}

/** Whether who reads a socket has stopped it since this was asked last. */
export function takeStop(socket: WiredSocket): boolean {
  const wire = socket[WIRE];
  if (!wire?.hasStopped) return false;
  wire.hasStopped = false;
  return true;
}

/** An open connection over a TCP or TLS socket. */
export class FrameSocket implements Wire, FrameSink, FrameOutputSocket {
  owner: WireOwner | null = null;
  readonly protocol: string;
  readonly isServer: boolean;
  readyState: number = ReadyState.OPEN;
  startedClosing = false;
  isPaused = false;
  /** Whether the TCP socket was stopped at some time; who asks takes it back. */
  hasStopped = false;
  readonly #socket: WiredSocket;
  readonly #reader: FrameReader;
  readonly #readLimit: number;
  readonly #terms: DeflateTerms | null;
  // These are made for the first frame, message and compressed message.
  #writer: FrameWriter | null = null;
  #output: FrameOutput | null = null;
  #inflater: FrameInflater | null = null;
  #isMuted = false;
  /** Whether a chunk is being read; and whether the TCP socket has been stopped. */
  #isReading = false;
  #isStopped = false;
  #alive: KeepAlive | null = null;
  #readOnLater: (() => void) | null = null;
  /** Whether the peer has ended its side behind what is held. */
  #isEndHeld = false;
  #isCloseSent = false;
  /** Whether the peer's close frame was read, or something else behind which nothing counts. */
  #isPeerDone = false;
  #code: number = CloseCode.ABNORMAL_CLOSURE;
  #reason = "";
  /** Bounds the closing handshake. */
  #timer: Timer;

  /** Takes the socket; reading begins in a later task. */
  constructor(connection: FramedConnection, settings: ReaderSettings) {
    const { socket, head, protocol, extensions } = connection;
    const { isServer, readLimit } = settings;
    this.protocol = protocol;
    this.isServer = isServer;
    this.#readLimit = readLimit;
    this.#terms = extensions === "" ? null : readTerms(extensions, isServer);
    this.#reader = new FrameReader(settings, this.#terms !== null, this);
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

  get deflates(): DeflateDirection | null {
    return this.#terms?.out ?? null;
  }

  createOutput(settings: OutputSettings, owner: OutputOwner): FrameOutput {
    this.#output = new FrameOutput(this, settings, owner);
    return this.#output;
  }

  /** Sends a close frame behind all that was written, and bounds the wait for the peer's. */
  close(code?: number, reason = ""): void {
    if (this.readyState === ReadyState.OPEN) {
      this.owner?.handleClosing();
      this.startedClosing = true;
      this.readyState = ReadyState.CLOSING;
      this.#timer = startTimer(CLOSE_TIMEOUT_MS, (socket) => socket.destroy(), this.#socket);
      this.#behind(() => this.#writeClose(closePayload(code, reason)));
    } else if (this.#isCloseSent && this.#isPeerDone) this.#end();
  }

  terminate(): void {
    if (this.readyState === ReadyState.CLOSED) return;
    this.#output?.end();
    // What was sent in this turn has been sent.
    this.#writer?.flush();
    this.#free();
    this.handleFailure();
  }

  /** The connection has failed. What was read of it before is still handed over. */
  handleFailure(): void {
    if (this.readyState === ReadyState.CLOSED) return;
    this.readyState = ReadyState.CLOSING;
    this.#output?.end();
    this.#socket.destroy();
  }

  mute(): void {
    this.#isMuted = true;
  }

  ping(payload: Uint8Array): void {
    if (this.readyState === ReadyState.OPEN) {
      this.#behind(() => this.#writeControl(Opcode.PING, payload));
    }
  }

  answerPing(payload: Uint8Array, done: () => void): void {
    this.#writeControl(Opcode.PONG, payload);
    this.writer.whenWritten(done);
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
    // Nothing is reported from within this call. As a microtask it comes before a loop has taken what is left,
    // and need not wait.
    this.#readOnLater ??= () => this.readOn();
    queueMicrotask(this.#readOnLater);
  }

  /** The peer has ended its side, without a close frame unless one came before. */
  handlePeerEnd(): void {
    const { allowHalfOpen } = this.#socket;
    // A close frame among what is held is to be answered.
    this.#isEndHeld = allowHalfOpen && this.#reader.hasRest;
    if (this.#isEndHeld) return;
    this.readyState = ReadyState.CLOSING;
    this.#behind(() => {
      this.#writer?.flush();
      this.#end();
    });
  }

  /** The connection is gone. What came before is handed over, even to who has paused: nothing more comes. */
  handleGone(): void {
    const socket = this.#socket;
    socket.off("data", handleData);
    clearTimeout(this.#timer);
    this.readyState = ReadyState.CLOSING;
    if (!this.#isInflating) {
      this.#reader.release();
      this.#reader.read(socket.read(), false);
    }
    // What is being inflated came before the end.
    if (this.#isInflating) return;
    this.#reader.end();
    this.#free();
    this.readyState = ReadyState.CLOSED;
    this.owner?.handleEnd(this.#code, this.#reason);
  }

  handleMessage(data: string | Buffer, bytes: number): void {
    if (!this.#isMuted) this.owner?.handleMessage(data, bytes);
  }

  handleDeflated(block: Buffer, isText: boolean): void {
    if (this.#terms) this.#inflater ??= new FrameInflater(this.#terms.in, this.#readLimit, this);
    this.#inflater?.take(block, isText);
    if (this.#isInflating) this.#reader.hold();
  }

  handleInflated(): void {
    if (this.#socket.closed) this.handleGone();
    else this.readOn();
  }

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
    this.#reader.end();
    this.#seeEnd();
    this.close(error.closeCode);
    this.owner?.handleError(error);
  }

  /** Nothing that comes counts any more; it is read nevertheless, so that the end is seen. */
  #seeEnd(): void {
    this.#isPeerDone = true;
    if (this.isPaused) this.resume();
  }

  get #isInflating(): boolean {
    return this.#inflater?.isBusy === true;
  }

  /** Reads on, unless it is to wait again. */
  readOn(): void {
    if (this.isPaused || this.#isInflating) return;
    this.#reader.release();
    this.#readChunk(null, false);
    if (this.isPaused || this.#isInflating) return;
    if (this.#isEndHeld) this.handlePeerEnd();
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#alive?.release();
    this.#socket.resume();
  }

  /** Takes what the network has brought; `isLent` where its memory is used again. */
  receive(chunk: Buffer, isLent: boolean): void {
    holdFlushes();
    try {
      this.#readChunk(chunk, isLent);
    } finally {
      // What is answered at once leaves at once.
      flushNow(this.#writer);
    }
  }

  /** Takes what was read, or what was held; `isLent` where its memory is used again. */
  #readChunk(chunk: Buffer | null, isLent: boolean): void {
    this.#isReading = true;
    try {
      this.#reader.read(chunk, isLent);
    } finally {
      this.#isReading = false;
      if (this.isPaused || this.#isInflating) this.#stop();
    }
  }

  #stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = this.hasStopped = true;
    this.#alive ??= new KeepAlive();
    this.#alive.hold();
    this.#socket.pause();
  }

  #behind(act: () => void): void {
    if (this.#output) this.#output.behind(act);
    else act();
  }

  #writeClose(payload: Buffer): void {
    this.writer.writeFrame(FIN | Opcode.CLOSE, payload, 0);
    this.writer.flush();
    this.#isCloseSent = true;
    if (this.#isPeerDone) this.#end();
  }

  /** Ends our side, once: Node makes an error of a second time. */
  #end(): void {
    if (!this.#socket.writableEnded) this.#socket.end();
  }

  #free(): void {
    this.#alive?.release();
    this.#inflater?.free();
    this.#output?.free();
  }

  #writeControl(opcode: number, payload: Uint8Array): void {
    this.writer.writeFrame(FIN | opcode, payload, 0);
  }
}

function closePayload(code: number | undefined, reason: string): Buffer {
  if (code === undefined) return NO_PAYLOAD;
  const payload = Buffer.alloc(CODE_BYTES + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, CODE_BYTES);
  return payload;
}
