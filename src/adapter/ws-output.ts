/** Ws output: what was sent over a `ws` socket and has not yet been handed to the network.
 *  Made at the first send; an idle connection has none. */

import type { Socket } from "node:net";
import type { WebSocket as WsSocket } from "ws";
import { payloadBytes, viewBytes } from "../base/bytes.ts";
import { Fifo } from "../base/fifo.ts";
import { Outbox } from "../base/outbox.ts";
import { ReadyState } from "../constants.ts";
import type { Batch, Frame } from "./ws-frame.ts";
import type { Traffic } from "./ws-settings.ts";
import { Turn } from "./ws-turn.ts";

// What a send asks of ws, by [binary][compressed]; shared, since ws only reads them.
const SEND_OPTIONS = [
  [
    { binary: false, compress: false },
    { binary: false, compress: true },
  ],
  [
    { binary: true, compress: false },
    { binary: true, compress: true },
  ],
] as const;

/** How messages leave. */
export interface OutputSettings {
  /** Of a server: where frames are written that were made for many. Null of a client, which masks each. */
  readonly socket: Socket | null;
  /** Smallest message to compress, in bytes; `Infinity` for none. */
  readonly compressionThreshold: number;
  /** The window, in bits, of messages that are compressed each by itself; 0 where they are not. */
  readonly windowAlone: number;
  /** Bytes that may wait for the peer; undefined for no limit. */
  readonly maxUnsent?: number | undefined;
  /** Where what is sent is counted up. */
  readonly traffic?: Traffic | undefined;
}

/** Who is told how the output fares. */
export interface OutputOwner {
  /** Whether the connection has been dropped: then what is unsent never leaves. */
  isLost(): boolean;
  /** Bytes have been handed to the network: there are fewer left than before. */
  handleDrain(): void;
  /** A Blob could not be read. */
  handleUnreadable(cause: unknown): void;
}

/** What a message that waits takes in memory, beside its payload, in bytes: about that. */
export const MESSAGE_OVERHEAD_BYTES = 256;
/** Turns of the event loop after which what waits, waits for the peer: TLS and the system take a few. */
const PATIENT_TURNS = 3;

const EMPTY = new Uint8Array(0);

function isFixed(buffer: ArrayBufferLike): boolean {
  if ("resizable" in buffer && buffer.resizable === true) return false;
  // Told by what it is not, since an ArrayBuffer of another realm is none here.
  if (buffer instanceof ArrayBuffer) return true;
  return typeof SharedArrayBuffer !== "function" || !(buffer instanceof SharedArrayBuffer);
}

/**
 * Views bytes to be sent, without a copy.
 * @throws {TypeError} when the memory is shared, or can be resized: it could change while it is sent
 */
export function viewFixed(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  const buffer = ArrayBuffer.isView(source) ? source.buffer : source;
  if (!isFixed(buffer)) {
    throw new TypeError("WebSocket.send: memory that is shared or can be resized can't be sent");
  }
  // What is detached has no bytes, nor can it be viewed.
  if (source.byteLength === 0) return EMPTY;
  return source instanceof Uint8Array ? source : viewBytes(source);
}

/** Frames of one turn leave together: behind all that the turn's own code and its promises send. */
const flushes = new Turn<WsOutput>(
  (run) => process.nextTick(run),
  (output) => output.flush(),
);
/** In a task of its own: the count may not fall within the one that sends. */
const counts = new Turn<WsOutput>(
  (run) => setImmediate(run),
  (output) => output.countSent(),
);

/** Messages on their way, in order, and their payload bytes. */
export class WsOutput {
  readonly #ws: WsSocket | null;
  readonly #settings: OutputSettings;
  readonly #owner: OutputOwner;
  /** Payload sizes that the network has not taken yet, oldest first. */
  readonly #sizes = new Fifo<number>();
  #unsentBytes = 0;
  /** Of them, those that the network has taken since they were last counted. */
  #sentBytes = 0;
  #closing = false;
  /** Frames for many, not yet written. */
  #batch: Batch | null = null;
  /** Messages that ws is compressing: what is written past it would overtake them. */
  #compressing = 0;
  /** Holds what waits behind a Blob. */
  #outbox: Outbox | null = null;
  /** Turns in which more than the limit has waited, one after the other. */
  #fullTurns = 0;
  /** Payload bytes that have left. */
  #leftBytes = 0;
  /** What is to be done behind everything held. */
  #whenEmpty: (() => void) | null = null;

  constructor(ws: WsSocket | null, settings: OutputSettings, owner: OutputOwner) {
    this.#ws = ws;
    this.#settings = settings;
    this.#owner = owner;
  }

  /** Payload bytes not yet handed to the network; what could not be sent stays counted. */
  get bytes(): number {
    return this.#unsentBytes + (this.#outbox?.bytes ?? 0);
  }

  /** Payload bytes that were taken so far, sent or not. */
  get takenBytes(): number {
    return this.#leftBytes + this.bytes;
  }

  /** Bytes that wait now, to be read or compressed as well, each message with what it takes in memory. */
  get waitingBytes(): number {
    const { writableLength = 0 } = this.#settings.socket ?? {};
    // Beside what the network was given, ws counts what it is compressing.
    const preparedBytes = (this.#ws?.bufferedAmount ?? writableLength) - writableLength;
    return this.#writtenBytes + preparedBytes + (this.#outbox?.bytes ?? 0);
  }

  /** Of them, those that the peer could take: what is still being compressed is none of its doing. */
  get #writtenBytes(): number {
    const { writableLength = 0 } = this.#settings.socket ?? {};
    const overhead = this.#sizes.size * MESSAGE_OVERHEAD_BYTES;
    return writableLength + overhead + (this.#batch?.payloadBytes ?? 0);
  }

  /** Whether more than `maxUnsent` waits, and has for so long that it waits for the peer. */
  get isStuck(): boolean {
    if (!this.#isFull()) return false;
    if (this.#fullTurns === 0) this.#watch();
    return this.#fullTurns > PATIENT_TURNS;
  }

  send(data: string | Uint8Array | Blob): void {
    if (this.#batch !== null) this.flush();
    if (this.#closing || this.#ws?.readyState !== ReadyState.OPEN) {
      this.#discard(data);
    } else if (this.#outbox || data instanceof Blob) this.#hold(data);
    else this.#write(data);
  }

  /** Sends what was framed for many, at the end of this turn. */
  sendFrame(frame: Frame): void {
    const { socket, compressionThreshold, windowAlone } = this.#settings;
    const deflates = frame.payloadBytes >= compressionThreshold;
    const isOpen = !this.#closing && this.#ws?.readyState === ReadyState.OPEN;
    const isOwn = this.#outbox || this.#compressing > 0 || (deflates && windowAlone === 0);
    if (!socket || !isOpen || isOwn) {
      this.send(frame.data);
      return;
    }
    if (this.#batch === null) flushes.add(this);
    this.#batch = (deflates ? frame.deflated(windowAlone) : frame).after(this.#batch);
    this.#count(frame.payloadBytes);
  }

  /** Writes the frames of this turn. */
  flush(): void {
    const batch = this.#batch;
    if (batch === null) return;
    this.#batch = null;
    // No data may follow a close frame (RFC 6455, section 5.5.1), which ws may have sent meanwhile.
    if (this.#ws?.readyState !== ReadyState.OPEN) return;
    this.#sizes.push(batch.payloadBytes);
    this.#settings.socket?.write(batch.bytes, this.#handleSent);
  }

  /**
   * Calls `act` behind everything that was sent; what is sent from now on is discarded, and counted.
   * @returns whether `act` has been called: false while a Blob is still being read
   */
  close(act: () => void): boolean {
    if (this.#closing) return true;
    this.flush();
    this.#closing = true;
    if (this.#outbox === null) act();
    else this.#whenEmpty = act;
    return this.#outbox === null;
  }

  #write(data: string | Uint8Array): void {
    const isText = typeof data === "string";
    const { socket, compressionThreshold } = this.#settings;
    // Masking copies the bytes before ws returns. A server masks nothing, and compression reads them later.
    const isReadLater = socket !== null || compressionThreshold !== Number.POSITIVE_INFINITY;
    const bytes = isText || isReadLater ? Buffer.from(data) : data;
    const compress = bytes.length >= compressionThreshold;
    this.#sizes.push(bytes.length);
    this.#count(bytes.length);
    const options = SEND_OPTIONS[isText ? 0 : 1][compress ? 1 : 0];
    // What is behind a message that is being compressed waits for it, too.
    const waits = compress || this.#compressing > 0;
    if (waits) this.#compressing += 1;
    this.#ws?.send(bytes, options, waits ? this.#handleCompressed : this.#handleSent);
  }

  /** What can't be sent any more stays counted. */
  #discard(data: string | Uint8Array | Blob): void {
    this.#unsentBytes += payloadBytes(data);
  }

  #isFull(): boolean {
    const { maxUnsent } = this.#settings;
    const isFull = maxUnsent !== undefined && this.#writtenBytes > maxUnsent;
    if (!isFull) this.#fullTurns = 0;
    return isFull;
  }

  /** Counts turns for as long as too much waits. */
  #watch(): void {
    this.#fullTurns += 1;
    if (this.#fullTurns > PATIENT_TURNS) return;
    setImmediate(() => {
      if (this.#isFull()) this.#watch();
    });
  }

  #count(bytes: number): void {
    this.#unsentBytes += bytes;
    const { traffic } = this.#settings;
    if (!traffic) return;
    traffic.messagesOut += 1;
    traffic.bytesOut += bytes;
  }

  readonly #handleCompressed = (error?: Error | null): void => {
    this.#compressing -= 1;
    this.#handleSent(error);
  };

  // One function for all messages: Node calls back equal ones together.
  readonly #handleSent = (error?: Error | null): void => {
    const bytes = this.#sizes.shift() ?? 0;
    if (error) return;
    if (this.#sentBytes === 0 && bytes > 0) counts.add(this);
    this.#sentBytes += bytes;
  };

  /** Takes off what has been sent. */
  countSent(): void {
    // Node reports no error for what a dropped connection had not taken.
    if (this.#owner.isLost()) return;
    this.#unsentBytes -= this.#sentBytes;
    this.#leftBytes += this.#sentBytes;
    this.#sentBytes = 0;
    if (this.#fullTurns > 0) this.#isFull();
    this.#owner.handleDrain();
  }

  #hold(data: string | Uint8Array | Blob): void {
    this.#outbox ??= new Outbox({
      deliver: (payload) => {
        if (this.#ws?.readyState === ReadyState.OPEN) this.#write(payload);
        else this.#discard(payload);
      },
      empty: () => {
        this.#outbox = null;
        this.#whenEmpty?.();
      },
      fail: (cause) => this.#owner.handleUnreadable(cause),
    });
    this.#outbox.push(data);
  }
}
