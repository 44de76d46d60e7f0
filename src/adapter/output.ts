/** Output: what was sent and has not yet been handed to the network; its order, its count, its limit.
 *  Made at the first send; an idle connection has none. */

import { payloadBytes, viewBytes } from "../base/bytes.ts";
import { Outbox } from "../base/outbox.ts";
import { currentEpoch, isPast, watchEpochs } from "./epoch.ts";
import type { Batch, Frame } from "./frame-batch.ts";
import { Turn } from "./turn.ts";
import type { Traffic } from "./ws-settings.ts";

/** How messages leave. */
export interface OutputSettings {
  /** Smallest message to compress, in bytes; `Infinity` for none. */
  readonly compressionThreshold: number;
  /** How hard it is tried to make them small, of 0 to 9. */
  readonly compressionLevel: number;
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
  /** Bytes have been handed to the network: there are fewer left than before. Only where `awaitsDrain` is set. */
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

/** Frames for many leave together: behind all that the turn's own code and its promises send. */
const flushes = new Turn<Output>(
  (run) => process.nextTick(run),
  (output) => output.flush(),
  true,
);
/** In a task of its own: the count may not fall within the one that sends. */
const counts = new Turn<Output>(
  (run) => setImmediate(run),
  (output) => output.countSent(),
);

/** Messages on their way, in order, and their payload bytes; by itself it sends none. */
export class Output {
  /** Whether the owner is told of what leaves from now on. */
  awaitsDrain = false;
  protected readonly settings: OutputSettings;
  readonly #owner: OutputOwner;
  #unsentBytes = 0;
  /** Of them, those that the network has taken since they were last counted; and when. */
  #sentBytes = 0;
  #sentIn = 0;
  /** Whether they are to be counted at the end of this turn, since somebody waits for it. */
  #isDue = false;
  #closing = false;
  /** Whether what leaves now leaves within a call. */
  #isSending = false;
  #isEnded = false;
  /** Frames for many, not yet written. */
  #batch: Batch | null = null;
  /** What had been written before them and not left: nothing is written while there are any. */
  #bytesBefore = 0;
  /** Holds what waits behind a Blob. */
  #outbox: Outbox | null = null;
  /** Turns in which more than the limit has waited, one after the other. */
  #fullTurns = 0;
  /** Payload bytes that have left. */
  #leftBytes = 0;
  /** What is to be done behind everything held. */
  #whenEmpty: (() => void) | null = null;

  constructor(settings: OutputSettings, owner: OutputOwner) {
    this.settings = settings;
    this.#owner = owner;
  }

  /**
   * Payload bytes not yet handed to the network, as `bufferedAmount` has it: what could not be sent stays counted,
   * and nothing is taken off within the task that sent it.
   */
  get bytes(): number {
    watchEpochs();
    this.#countPast();
    return this.#countedBytes;
  }

  /** Payload bytes not yet handed to the network, at this moment. */
  get unsentBytes(): number {
    return this.#countedBytes - this.#sentBytes;
  }

  /** Payload bytes that were taken so far, sent or not. */
  get takenBytes(): number {
    return this.#leftBytes + this.#countedBytes;
  }

  /** Bytes that wait now, to be read or compressed as well, each message with what it takes in memory. */
  get waitingBytes(): number {
    return this.#peerBytes + this.preparedBytes + (this.#outbox?.bytes ?? 0);
  }

  /** Whether more than `maxUnsent` waits, and has for so long that it waits for the peer. */
  get isStuck(): boolean {
    if (!this.#isFull()) return false;
    if (this.#fullTurns === 0) this.#watch();
    return this.#fullTurns > PATIENT_TURNS;
  }

  /** Whether a frame may be written: no close frame has been. */
  protected get isOpen(): boolean {
    return false;
  }
  /** Whether frames for many may be written past it: nothing is being compressed. */
  protected get takesBatches(): boolean {
    return false;
  }
  /** Bytes that are being compressed. */
  protected get preparedBytes(): number {
    return 0;
  }
  /** Bytes that were written and have not left, each message or write with what it takes in memory. */
  protected get writtenBytes(): number {
    return 0;
  }
  /** Writes a message, its bytes taken before it returns: `countTaken` now, `countLeft` once it has left. */
  protected write(_data: string | Uint8Array): void {}
  /** Writes frames; `countLeft` once they have left. */
  protected writeBatch(_batch: Batch): void {}

  send(data: string | Uint8Array | Blob): void {
    this.#isSending = true;
    if (this.#batch !== null) this.flush();
    if (this.#closing || !this.isOpen) this.#discard(data);
    else if (this.#outbox !== null || data instanceof Blob) this.#hold(data);
    else this.write(data);
    this.#isSending = false;
  }

  /** Sends what was framed for many, at the end of this turn. */
  sendFrame(frame: Frame): void {
    const { compressionThreshold, compressionLevel, windowAlone } = this.settings;
    const deflates = frame.payloadBytes >= compressionThreshold;
    const isOwn = this.#outbox || !this.takesBatches || (deflates && windowAlone === 0);
    if (this.#closing || !this.isOpen || isOwn) {
      this.send(frame.data);
      return;
    }
    if (this.#batch === null) {
      flushes.add(this);
      this.#bytesBefore = this.writtenBytes;
    }
    this.#batch = (deflates ? frame.deflated(windowAlone, compressionLevel) : frame).after(
      this.#batch,
    );
    this.countTaken(frame.payloadBytes);
  }

  /** Writes the frames for many of this turn. */
  flush(): void {
    const batch = this.#batch;
    if (batch === null) return;
    this.#batch = null;
    // No data may follow a close frame (RFC 6455, section 5.5.1), which may have been sent meanwhile.
    if (this.isOpen) this.writeBatch(batch);
  }

  /**
   * Calls `act` behind everything that was sent; what is sent from now on is discarded, and counted.
   * @returns whether `act` has been called: false while a Blob is still being read
   */
  close(act: () => void): boolean {
    if (this.#closing) return true;
    this.#isSending = true;
    this.flush();
    this.#closing = true;
    if (this.#outbox === null) act();
    else this.#whenEmpty = act;
    this.#isSending = false;
    return this.#outbox === null;
  }

  /** Takes off what has been sent, and tells the owner. */
  countSent(): void {
    this.#isDue = false;
    if (this.#isEnded || this.isLost) return;
    this.#countSent();
    if (this.#fullTurns > 0) this.#isFull();
    this.#owner.handleDrain();
  }

  /** The connection is lost, or at its end: what leaves from now on, and what has left in this task, stays counted. */
  end(): void {
    this.#countPast();
    this.#sentBytes = 0;
    this.#isEnded = true;
  }

  protected countTaken(bytes: number): void {
    this.#unsentBytes += bytes;
    const { traffic } = this.settings;
    if (!traffic) return;
    traffic.messagesOut += 1;
    traffic.bytesOut += bytes;
  }

  /** Whether the connection has been dropped. Node reports no error for what it had not taken then. */
  protected get isLost(): boolean {
    return this.#owner.isLost();
  }

  /** Counts what the network has taken for sure. */
  protected countLeft(bytes: number): void {
    if (this.#isEnded) return;
    const epoch = currentEpoch(this.#isSending);
    this.#countPast();
    if (!this.#isDue && bytes > 0 && (this.awaitsDrain || this.#fullTurns > 0)) {
      this.#isDue = true;
      counts.add(this);
    }
    this.#sentBytes += bytes;
    this.#sentIn = epoch;
  }

  get #countedBytes(): number {
    return this.#unsentBytes + (this.#outbox?.bytes ?? 0);
  }

  /** Takes off what was sent in tasks that are over. */
  #countPast(): void {
    if (this.#sentBytes > 0 && isPast(this.#sentIn)) this.#countSent();
  }

  #countSent(): void {
    this.#unsentBytes -= this.#sentBytes;
    this.#leftBytes += this.#sentBytes;
    this.#sentBytes = 0;
  }

  /** Bytes that the peer could take: what is still being compressed is none of its doing. */
  get #peerBytes(): number {
    const batch = this.#batch;
    return batch === null ? this.writtenBytes : this.#bytesBefore + batch.payloadBytes;
  }

  /** What can't be sent any more stays counted. */
  #discard(data: string | Uint8Array | Blob): void {
    this.#unsentBytes += payloadBytes(data);
  }

  #isFull(): boolean {
    const { maxUnsent } = this.settings;
    const isFull = maxUnsent !== undefined && this.#peerBytes > maxUnsent;
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

  #hold(data: string | Uint8Array | Blob): void {
    this.#outbox ??= new Outbox({
      deliver: (payload) => {
        if (this.isOpen) this.write(payload);
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
