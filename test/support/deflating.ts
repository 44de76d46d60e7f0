/** Deflating: compressed messages of other makes than ours: those of `ws`, and of a zlib stream. */

import { createInflateRaw } from "node:zlib";
import * as ws from "ws";
import type { DeflateDirection } from "../../src/adapter/extensions.ts";

type Done = (error: Error | null, bytes: Buffer) => void;
interface Deflate {
  accept(offers: readonly object[]): unknown;
  compress(data: Buffer, fin: boolean, done: Done): void;
  decompress(data: Buffer, fin: boolean, done: Done): void;
  cleanup(): void;
}
// The types of ws do not know it.
const { PerMessageDeflate } = ws as unknown as {
  PerMessageDeflate: new (options: object) => Deflate;
};

function createDeflate({ takeover, windowBits }: DeflateDirection, isServer: boolean): Deflate {
  const deflate = new PerMessageDeflate({ threshold: 0, isServer });
  deflate.accept([
    {
      ...(takeover ? {} : { server_no_context_takeover: [true] }),
      server_max_window_bits: [windowBits],
    },
  ]);
  return deflate;
}

/** Messages as a server on `ws` compresses them. */
export async function deflateByWs(
  messages: readonly Buffer[],
  terms: DeflateDirection,
): Promise<Buffer[]> {
  const deflate = createDeflate(terms, true);
  const blocks: Buffer[] = [];
  for (const message of messages) {
    blocks.push(await settle((done) => deflate.compress(message, true, done)));
  }
  deflate.cleanup();
  return blocks;
}

/** What a client on `ws` makes of them. */
export async function inflateByWs(
  blocks: readonly Buffer[],
  terms: DeflateDirection,
): Promise<Buffer[]> {
  const deflate = createDeflate(terms, false);
  const messages: Buffer[] = [];
  for (const block of blocks) {
    messages.push(await settle((done) => deflate.decompress(block, true, done)));
  }
  deflate.cleanup();
  return messages;
}

/**
 * What zlib makes of blocks with takeover, in memory so small that each reference
 * beyond the window is an error.
 */
export async function inflateStrictly(
  blocks: readonly Buffer[],
  windowBits: number,
): Promise<Buffer> {
  const inflate = createInflateRaw({ windowBits, chunkSize: 2 ** (windowBits - 2) });
  for (const block of blocks) {
    inflate.write(block);
    inflate.write(Buffer.of(0, 0, 0xff, 0xff));
  }
  // An empty block that is final.
  inflate.end(Buffer.of(3, 0));
  const chunks: Buffer[] = [];
  for await (const chunk of inflate) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A promise of what a callback is given. */
export function settle(start: (done: Done) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    start((error, bytes) => {
      if (error) reject(error);
      else resolve(bytes);
    });
  });
}
