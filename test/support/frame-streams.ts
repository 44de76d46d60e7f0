/** Frame streams: frames made by the sender of `ws` and read by its receiver, to judge our own by; what was
 *  read is told in short lines, alike for both. */

import { createHash } from "node:crypto";
import fc from "fast-check";
import * as ws from "ws";
import type { FrameError } from "../../src/adapter/frame-error.ts";
import {
  FrameReader,
  type FrameSink,
  type ReaderSettings,
} from "../../src/adapter/frame-reader.ts";

interface FrameOptions {
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly mask: boolean;
  readonly opcode: number;
  readonly readOnly: boolean;
}
interface Classes {
  readonly Sender: { frame(data: Buffer, options: FrameOptions): Buffer[] };
  readonly Receiver: new (options: object) => NodeJS.WritableStream;
}
// The types of ws do not know them.
const { Sender, Receiver } = ws as unknown as Classes;

/** A limit that no test comes near. */
const LARGE_LIMIT = 128 * 1024 * 1024;

/** One frame as the sender of `ws` makes it. */
export function senderFrame(
  opcode: number,
  payload: Uint8Array,
  mask: boolean,
  fin = true,
): Buffer {
  const options = { fin, rsv1: false, mask, opcode, readOnly: true };
  return Buffer.concat(Sender.frame(Buffer.from(payload), options));
}

const digest = (bytes: string | Uint8Array): string =>
  bytes.length <= 20
    ? Buffer.from(bytes).toString("hex")
    : createHash("sha1").update(bytes).digest("hex");

/** What was read, as a line: equal lines are equal contents. */
export const line = {
  text: (text: string): string => `text ${text.length} ${digest(text)}`,
  bytes: (bytes: Uint8Array): string => `bytes ${bytes.length} ${digest(bytes)}`,
  ping: (payload: Uint8Array): string => `ping ${digest(payload)}`,
  pong: (payload: Uint8Array): string => `pong ${digest(payload)}`,
  close: (code: number, reason: string): string => `close ${code} ${reason}`,
  breach: (code: number): string => `breach ${code}`,
} as const;

/** Settings of a reader, without limits unless they are given. */
export function readerSettings(settings: Partial<ReaderSettings> = {}): ReaderSettings {
  return {
    isServer: false,
    readLimit: LARGE_LIMIT,
    maxFragments: LARGE_LIMIT,
    ...settings,
  };
}

/** Notes what a reader of ours reads; messages are kept until the end, as a user may. */
export class FrameLog implements FrameSink {
  readonly #notes: (() => string)[] = [];
  /** Called with each message, for who wants to stop there. */
  onMessage: () => void = () => {};

  /** What was read so far, one line each. */
  get lines(): string[] {
    return this.#notes.map((note) => note());
  }

  handleMessage(data: string | Buffer, bytes: number): void {
    if (bytes !== Buffer.byteLength(data)) throw new Error(`${bytes} is not its size`);
    this.#notes.push(() => (typeof data === "string" ? line.text(data) : line.bytes(data)));
    this.onMessage();
  }
  handleDeflated(): void {
    throw new Error("nothing is compressed here");
  }
  handlePing(payload: Buffer): void {
    this.#notes.push(() => line.ping(payload));
  }
  handlePong(payload: Buffer): void {
    this.#notes.push(() => line.pong(payload));
  }
  handleClose(code: number, reason: string): void {
    this.#notes.push(() => line.close(code, reason));
  }
  handleBreach(error: FrameError): void {
    this.#notes.push(() => line.breach(error.closeCode));
  }
}

/** Reads `chunks`, each in memory that is filled with something else afterwards where it is lent. */
export function readAll(
  chunks: readonly Uint8Array[],
  settings: ReaderSettings,
  isLent: boolean,
): string[] {
  const log = new FrameLog();
  const reader = new FrameReader(settings, false, log);
  for (const chunk of chunks) {
    const memory = Buffer.from(chunk);
    reader.read(memory, isLent);
    if (isLent) memory.fill(0xa5);
  }
  return log.lines;
}

/** Resolves with what the receiver of `ws` makes of `bytes`. */
export function receiveByWs(bytes: Uint8Array, settings: ReaderSettings): Promise<string[]> {
  const { isServer, readLimit, maxFragments } = settings;
  const lines: string[] = [];
  const receiver = new Receiver({ isServer, maxPayload: readLimit, maxFragments });
  receiver.on("message", (data: Buffer, isBinary: boolean) => {
    lines.push(isBinary ? line.bytes(data) : line.text(data.toString()));
  });
  receiver.on("ping", (payload: Buffer) => lines.push(line.ping(payload)));
  receiver.on("pong", (payload: Buffer) => lines.push(line.pong(payload)));
  receiver.on("conclude", (code: number, reason: Buffer) => {
    lines.push(line.close(code, reason.toString()));
  });
  return new Promise((resolve) => {
    receiver.on("finish", () => resolve(lines));
    receiver.on("error", (error: Error) => {
      const values = Object.getOwnPropertySymbols(error).map((key) => Reflect.get(error, key));
      lines.push(line.breach(Number(values.find((value) => typeof value === "number"))));
      resolve(lines);
    });
    receiver.end(Buffer.from(bytes));
  });
}

/** Bytes of a length, without a pattern that a wrong shift would keep. */
export function patterned(length: number, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0, state = seed * 2654435761 + 1; at < length; at += 1) {
    state = (Math.imul(state, 1103515245) + 12345) | 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

/** Sizes of payloads: all three forms of a length, the bounds of ours and of `ws`, up to 200 kB. */
export const payloadSize = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 140 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[0, 1, 124, 125, 126, 127, 128, 1023, 1024, 4095, 4096, 4097],
      ...[16_383, 16_384, 16_385, 65_521, 65_522, 65_523, 65_534, 65_535, 65_536, 65_537],
      ...[65_586, 65_587, 65_600, 65_601, 131_072, 131_200, 200_000],
    ),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
);

/** Cuts bytes into chunks of these sizes, taken in turn; all of them are used up. */
export function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, next = 0; at < bytes.length; next += 1) {
    const size = sizes[next % sizes.length] ?? bytes.length;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
