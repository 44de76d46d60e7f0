/** What a reader hands over of a large chunk: a small message has memory of its own, and keeps no more alive. */

import { expect, test } from "vitest";
import { FrameReader, type FrameSink } from "../../src/adapter/frame-reader.ts";
import { readerSettings } from "../support/frame-streams.ts";

const KIB = 1024;
const BINARY = 0x82;

/** Keeps the bytes that it is handed. */
class KeepingSink implements FrameSink {
  readonly messages: (string | Buffer)[] = [];

  handleMessage(data: string | Buffer): void {
    this.messages.push(data);
  }
  handleDeflated(): void {}
  handlePing(): void {}
  handlePong(): void {}
  handleClose(): void {}
  handleBreach(): void {}
}

function frameOf(bytes: number): Buffer {
  const header = bytes < 126 ? [BINARY, bytes] : [BINARY, 126, bytes >> 8, bytes & 0xff];
  return Buffer.concat([Buffer.from(header), Buffer.alloc(bytes)]);
}

test.each([
  [100, 64 * KIB, false],
  [1023, 64 * KIB, false],
  [1024, 64 * KIB, true],
  [100, 8 * KIB, true],
])("a message of %i bytes is a view of a chunk of %i: %s", (bytes, chunkBytes, isView) => {
  const chunk = Buffer.allocUnsafeSlow(chunkBytes).fill(0);
  frameOf(bytes).copy(chunk);
  const sink = new KeepingSink();
  new FrameReader(readerSettings(), false, sink).read(chunk, false);
  const [message] = sink.messages;
  if (!(message instanceof Buffer)) throw new Error("no bytes were read");
  expect(message.length).toBe(bytes);
  expect(message.buffer === chunk.buffer).toBe(isView);
});
