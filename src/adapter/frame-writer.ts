/** Frame writer: writes frames into slabs, and what a turn has written to the network at once.
 *  @see RFC 6455, section 5 */

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { Fifo } from "../base/fifo.ts";
import { type Handle, handleOf, Written, writeDirect, writeLearning } from "./frame-direct.ts";
import {
  FIN,
  headerBytes,
  MASK_BYTES,
  MASKED,
  MAX_BYTES_PER_UNIT,
  MAX_HEADER_BYTES,
  Opcode,
  writeHeader,
} from "./frame-format.ts";
import { applyMask, copyMasked, nextKey, rotateKey } from "./frame-mask.ts";
import { giveSlab, SLAB_BYTES, takeSlab } from "./frame-slab.ts";
import { Turn } from "./turn.ts";

/** From this size on a message leaves at once: to wait for others would only cost. */
const LARGE_BYTES = 16 * 1024;
/** A slab with so much in it is written itself, even where it has to wait. */
const FULL_BYTES = 32 * 1024;

const NOTHING = Buffer.alloc(0);

/** Frames of one turn leave together: behind all that the turn's own code and its promises send. */
const flushes = new Turn<FrameWriter>(
  (run) => process.nextTick(run),
  (writer) => writer.flush(),
  true,
);

/** Begins something at whose end `flushNow` is called: until then Node need not be asked to call back. */
export function holdFlushes(): void {
  flushes.hold();
}

/** Hands over what was written meanwhile: at once by one writer, later by the others. */
export function flushNow(writer: FrameWriter | null): void {
  writer?.flush();
  flushes.release(writer);
}

/** Hears of payloads that the network has taken. */
type HandleSent = (payloadBytes: number) => void;

type HandleWritten = (error?: Error | null) => void;

/** Writes the frames of one connection, in the order of the calls. */
export class FrameWriter {
  /** Told of each write that the network has taken, in order. */
  handleSent: HandleSent | null = null;
  readonly #socket: Duplex;
  readonly #isMasked: boolean;
  /** Whether what is written has been copied by the system once nothing is waiting. */
  readonly #isPlain: boolean;
  /** Whether it is Node's own, which hands nothing on within the call. */
  readonly #isSystem: boolean;
  /** What is under the stream; null where nothing may go past that. */
  readonly #handle: Handle | null;
  /** Bytes that went past the stream, and have not left. */
  #directBytes = 0;
  #slab: Buffer | null = null;
  #used = 0;
  /** Payload bytes in the slab. */
  #pending = 0;
  /** Payload bytes of the writes that are not done, oldest first. */
  readonly #sizes = new Fifo<number>();
  /** Who waits for what is in the slab to leave. */
  #waiting: (() => void) | null = null;

  constructor(socket: Duplex, isServer: boolean) {
    this.#socket = socket;
    this.#isMasked = !isServer;
    this.#isSystem = socket instanceof Socket;
    this.#isPlain = this.#isSystem && !(socket instanceof TLSSocket);
    this.#handle = handleOf(socket);
  }

  /** Bytes that have not left. */
  get waitingBytes(): number {
    return this.#socket.writableLength + this.#directBytes + this.#used;
  }

  /** Writes that are not done. */
  get waitingWrites(): number {
    return this.#sizes.size;
  }

  /** Writes a text message; returns its size in bytes. */
  writeText(text: string): number {
    const { length } = text;
    let room = length * MAX_BYTES_PER_UNIT;
    if (room > SLAB_BYTES - MAX_HEADER_BYTES) room = Buffer.byteLength(text);
    if (room > SLAB_BYTES - MAX_HEADER_BYTES) {
      return this.writeFrame(FIN | Opcode.TEXT, Buffer.from(text), room);
    }
    const slab = this.#makeRoom(room + MAX_HEADER_BYTES);
    const start = this.#used;
    const keyBytes = this.#isMasked ? MASK_BYTES : 0;
    // Most text is ASCII, as long in bytes as it is in units.
    const guess = start + headerBytes(length) + keyBytes;
    const bytes = slab.write(text, guess, "utf8");
    const at = start + headerBytes(bytes) + keyBytes;
    if (at !== guess) slab.copyWithin(at, guess, guess + bytes);
    const end = writeHeader(slab, start, FIN | Opcode.TEXT, bytes);
    if (this.#isMasked) {
      const key = this.#writeKey(slab, start, end);
      applyMask(slab, at, at + bytes, key);
    }
    this.#used = at + bytes;
    this.#pending += bytes;
    if (bytes >= LARGE_BYTES) this.flush();
    return bytes;
  }

  /**
   * Writes a frame; `counted` are the payload bytes that `handleSent` is told of, for those of a message
   * before compression. The payload is copied. Returns `counted`.
   */
  writeFrame(first: number, payload: Uint8Array, counted: number): number {
    const { length } = payload;
    const slab = this.#makeRoom(Math.min(length + MAX_HEADER_BYTES, SLAB_BYTES));
    const start = this.#used;
    const end = writeHeader(slab, start, first, length);
    const key = this.#isMasked ? this.#writeKey(slab, start, end) : 0;
    this.#used = this.#isMasked ? end + MASK_BYTES : end;
    this.#writePayload(payload, key);
    this.#pending += counted;
    if (length >= LARGE_BYTES) this.flush();
    return counted;
  }

  /** Writes bytes that are frames already, and shared by many; nobody may change them. */
  writeShared(bytes: Buffer, payloadBytes: number): void {
    this.flush();
    if (this.#isTaken) this.#writeNow(bytes, payloadBytes);
    else {
      this.#sizes.push(payloadBytes);
      this.#write(bytes, this.#handleWritten);
    }
  }

  /** Calls `done` once all that was written has left, or can't. A second call before the next `flush` replaces the first. */
  whenWritten(done: () => void): void {
    this.#waiting = done;
  }

  /** Hands everything to the network. */
  flush(): void {
    const slab = this.#slab;
    if (slab === null || this.#used === 0) return;
    const bytes = slab.subarray(0, this.#used);
    const pending = this.#pending;
    this.#slab = null;
    this.#used = this.#pending = 0;
    if (bytes.length < FULL_BYTES && this.#waiting === null && this.#isTaken) {
      if (this.#writeNow(bytes, pending)) giveSlab(slab);
      return;
    }
    this.#sizes.push(pending);
    this.#writeSlab(slab, bytes);
  }

  /**
   * Writes what the system most often takes at once; returns whether it has. To be called back for each write
   * would cost as much as a third of it.
   */
  #writeNow(bytes: Buffer, payloadBytes: number): boolean {
    const written = this.#writeDirect(bytes);
    if (written === Written.LATER || written === Written.FAILED) {
      this.#sizes.push(payloadBytes);
      return false;
    }
    const isTaken = written === Written.TAKEN || this.#writeByStream(bytes, payloadBytes);
    if (isTaken) this.handleSent?.(payloadBytes);
    return isTaken;
  }

  /** Goes past the stream, unless that has to note when something was written last. */
  #writeDirect(bytes: Buffer): number {
    const handle = this.#handle;
    if (handle === null || (this.#socket as Socket).timeout) return Written.NOT;
    const written = writeDirect(handle, bytes, this);
    if (written === Written.LATER) this.#directBytes = bytes.length;
    return written;
  }

  /** Takes what has become of bytes that went past the stream, and had to wait or failed. */
  handleDirect(error: Error | null): void {
    this.#directBytes = 0;
    if (error) this.#socket.destroy(error);
    this.#handleWritten(error);
  }

  #writeByStream(bytes: Buffer, payloadBytes: number): boolean {
    const socket = this.#socket;
    if (this.#handle === null) socket.write(bytes);
    else writeLearning(socket, this.#handle, bytes);
    if (this.#isTaken && !socket.destroyed) return true;
    // Behind it, so that it is told when that has left.
    this.#sizes.push(payloadBytes);
    socket.write(NOTHING, this.#handleWritten);
    return false;
  }

  /** Writes a slab itself, or a copy: a write that has to wait would keep all of it for what may be a few bytes. */
  #writeSlab(slab: Buffer, bytes: Buffer): void {
    const socket = this.#socket;
    const done = this.#takeCallback();
    if (this.#isSystem && bytes.length >= FULL_BYTES) {
      let lent: Buffer | null = slab;
      socket.write(bytes, (error) => {
        if (lent !== null && !error) giveSlab(lent);
        done(error);
      });
      if (!this.#isTaken) return;
      lent = null;
    } else this.#write(Buffer.from(bytes), done);
    giveSlab(slab);
  }

  /** Whether the system has taken all that was written, and so copied it. */
  get #isTaken(): boolean {
    return this.#isPlain && this.#directBytes === 0 && this.#socket.writableLength === 0;
  }

  #write(bytes: Buffer, done: HandleWritten): void {
    const socket = this.#socket;
    if (this.#isSystem) {
      socket.write(bytes, done);
      return;
    }
    // Any other stream may bring an answer within the call: amid a frame, or a chunk that is being read.
    socket.cork();
    socket.write(bytes, done);
    process.nextTick(() => socket.uncork());
  }

  #makeRoom(bytes: number): Buffer {
    if (this.#slab !== null && SLAB_BYTES - this.#used < bytes) this.flush();
    if (this.#slab === null) {
      this.#slab = takeSlab();
      flushes.add(this);
    }
    return this.#slab;
  }

  /** Writes a fresh key behind a header, which says that there is one. */
  #writeKey(slab: Buffer, header: number, at: number): number {
    const key = nextKey();
    slab[header + 1] = (slab[header + 1] ?? 0) | MASKED;
    slab.writeInt32BE(key, at);
    return key;
  }

  /** Copies a payload behind its header, slab by slab. */
  #writePayload(payload: Uint8Array, key: number): void {
    let taken = 0;
    while (taken < payload.length) {
      const slab = this.#makeRoom(1);
      const start = this.#used;
      const bytes = Math.min(SLAB_BYTES - start, payload.length - taken);
      const part = bytes === payload.length ? payload : payload.subarray(taken, taken + bytes);
      if (this.#isMasked) copyMasked(part, slab, start, rotateKey(key, taken));
      else slab.set(part, start);
      this.#used = start + bytes;
      taken += bytes;
    }
  }

  #takeCallback(): HandleWritten {
    const waiting = this.#waiting;
    if (waiting === null) return this.#handleWritten;
    this.#waiting = null;
    return (error) => {
      this.#handleWritten(error);
      waiting();
    };
  }

  // One function for all writes: Node calls back equal ones together.
  readonly #handleWritten: HandleWritten = (error) => {
    const bytes = this.#sizes.shift() ?? 0;
    // Node reports no error for what a dropped connection had not taken.
    if (!error && !this.#socket.destroyed) this.handleSent?.(bytes);
  };
}
