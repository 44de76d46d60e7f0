/** Deflate later: runs zlib in Node's thread pool for messages that would keep the program waiting. */

import type { DeflateRaw, InflateRaw } from "node:zlib";
import { Fifo } from "../base/fifo.ts";

/** What a stream in the pool puts out at a time, in bytes: each chunk is a way there and back. */
export const POOL_CHUNK_BYTES = 131_072;

/**
 * How many run at once. Node has four threads, and what waits for one of them would hold its memory
 * meanwhile; the rest is there so that no thread waits for a turn of the program.
 */
const MAX_RUNNING = 8;

/** One run of a stream over one message. */
interface Work {
  /** Makes the stream once it is its turn. */
  open(): DeflateRaw | InflateRaw;
  readonly input: readonly Uint8Array[];
  /** The most that it may put out, in bytes. */
  readonly limit: number;
  /** The end of it, unless it was cancelled. */
  done(error: Error | null, result: Result): void;
}

/** What a run has come to. */
export interface Result {
  /** In chunks; without sense where there is an error. */
  readonly output: readonly Buffer[];
  /** What it has read of its input until the data ended, in bytes. */
  readonly readBytes: number;
  /** Whether there was more than `limit` to put out: that is an error as well. */
  readonly isTooBig: boolean;
}

const waiting = new Fifo<Run>();
let running = 0;

/**
 * Runs a stream when there is a thread for it.
 *
 * @returns what cancels it: nothing is reported then
 */
export function runLater(work: Work): () => void {
  const run = new Run(work);
  waiting.push(run);
  startNext();
  return () => run.cancel();
}

function startNext(): void {
  while (running < MAX_RUNNING) {
    const run = waiting.shift();
    if (!run) return;
    run.start();
  }
}

class Run {
  readonly #work: Work;
  readonly #output: Buffer[] = [];
  #bytes = 0;
  #stream: DeflateRaw | InflateRaw | null = null;
  #cancelled = false;

  constructor(work: Work) {
    this.#work = work;
  }

  start(): void {
    if (this.#cancelled) return;
    const stream = this.#work.open();
    running += 1;
    this.#stream = stream;
    stream.on("data", (chunk: Buffer) => this.#take(chunk));
    stream.once("end", () => this.#end(null));
    stream.once("error", (error) => this.#end(error));
    // A stream that was cancelled ends with nothing but this.
    stream.once("close", () => this.#handleClose());
    for (const part of this.#work.input) stream.write(part);
    stream.end();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#stream?.destroy();
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#work.limit) this.#output.push(chunk);
    else this.#end(new Error("more was put out than may be"));
  }

  #end(error: Error | null): void {
    const stream = this.#stream;
    if (this.#cancelled || !stream) return;
    this.cancel();
    const isTooBig = this.#bytes > this.#work.limit;
    this.#work.done(error, { output: this.#output, readBytes: stream.bytesWritten, isTooBig });
  }

  #handleClose(): void {
    running -= 1;
    startNext();
  }
}
