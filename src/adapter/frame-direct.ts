/** Frame direct: hands bytes to the system past the stream of a TCP socket, whose accounts cost more than a small
 *  frame. What that takes is private in Node: it is looked at first, and without it the stream writes all. */

import { Socket } from "node:net";
import { type Duplex, Writable } from "node:stream";
import { getSystemErrorName } from "node:util";

/** A write of Node's own; it belongs to the system until that has called `oncomplete`. */
interface WriteRequest {
  /** Whether the system has not taken all within the call. */
  async?: boolean;
  /** Below 0 as long as the system does not hold it. */
  getAsyncId(): number;
  /** What is to stay in memory. */
  buffer?: Uint8Array;
  oncomplete?(status: number): void;
}

/** What is under a TCP socket. */
export interface Handle {
  /** Returns 0, or else what the system has against it: then nothing was written. Nothing where it is gone. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number | undefined;
}

/** Who writes. */
export interface DirectOwner {
  /** Told of bytes that had to wait, or could not be written: that they have left, or why they can't. Not from within the write. */
  handleDirect(error: Error | null): void;
}

/** What became of bytes. */
export const Written = {
  /** Nothing: the stream is to write them. */
  NOT: 0,
  /** The system has copied them. */
  TAKEN: 1,
  /** They follow, and are to be left alone until then. */
  LATER: 2,
  /** The connection has failed, which the owner is told. */
  FAILED: 3,
} as const;

/** Names of errors that say nothing of the connection: the handle has been closed. The stream knows why. */
const CLOSED: readonly string[] = ["EBADF", "EINVAL"];

/** Node's class of requests; null until it has shown itself. */
let RequestClass: (new () => WriteRequest) | null = null;
/** One that is not under way: most are never. */
let spare: WriteRequest | null = null;

/** What is under a socket; null where bytes may not go past its stream: it is not Node's own, or somebody watches. */
export function handleOf(socket: Duplex): Handle | null {
  const { constructor, write } = socket;
  if (constructor !== Socket || write !== Writable.prototype.write) return null;
  const { _handle: handle } = socket as { _handle?: Partial<Handle> | null };
  return typeof handle?.writeBuffer === "function" ? (handle as Handle) : null;
}

/** Writes bytes; only where nothing waits, neither in the stream nor with the system. */
export function writeDirect(handle: Handle, bytes: Buffer, owner: DirectOwner): number {
  if (RequestClass === null) return Written.NOT;
  const request = spare ?? new RequestClass();
  spare = null;
  const status = handle.writeBuffer(request, bytes);
  if (status !== 0) return refuse(status, owner);
  // That nothing is queued says less: what was written at a second try is told of later all the same, and
  // Node aborts the process where its request is used again before.
  if (!isHeld(request)) {
    spare = request;
    return Written.TAKEN;
  }
  request.buffer = bytes;
  request.oncomplete = (late) => owner.handleDirect(late < 0 ? describeFailure(late) : null);
  return Written.LATER;
}

/** Tells what the system has against bytes: a second try would be told something else. */
function refuse(status: number | undefined, owner: DirectOwner): number {
  const error = status !== undefined && status < 0 ? describeFailure(status) : null;
  if (error === null || CLOSED.includes(error.code)) return Written.NOT;
  process.nextTick(() => owner.handleDirect(error));
  return Written.FAILED;
}

/** Writes bytes by the stream, and learns from that how to do without. */
export function writeLearning(socket: Duplex, handle: Handle, bytes: Buffer): void {
  if (RequestClass !== null) {
    socket.write(bytes);
    return;
  }
  let seen: WriteRequest | null = null;
  const { writeBuffer } = handle;
  handle.writeBuffer = (request, data) => {
    seen = request;
    return writeBuffer.call(handle, request, data);
  };
  try {
    socket.write(bytes);
  } finally {
    // What it covered stands on the prototype.
    Reflect.deleteProperty(handle, "writeBuffer");
    learn(seen);
  }
}

/** Learns of a write only where Node itself has noticed that the system took all of it within the call. */
function learn(request: WriteRequest | null): void {
  if (request?.async !== false || typeof request.getAsyncId !== "function") return;
  const Class = request.constructor as new () => WriteRequest;
  if (!isHeld(request) && !isHeld(new Class())) RequestClass = Class;
}

/** Whether the system is not done with it. */
function isHeld(request: WriteRequest): boolean {
  return request.getAsyncId() >= 0;
}

function describeFailure(errno: number): NodeJS.ErrnoException & { readonly code: string } {
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`write ${code}`), { errno, code, syscall: "write" });
}
