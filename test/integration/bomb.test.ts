/** Bombs: a small message that would inflate to a large one is refused before it does. */

import { deflateRawSync, inflateRawSync, constants as zlib } from "node:zlib";
import { describe, expect, test } from "vitest";
import { startPeerServer } from "../support/listening.ts";
import { runProgram } from "../support/run-program.ts";

const MIB = 1024 * 1024;
const READ_LIMIT_BYTES = 16 * MIB;
const BOMB_MIB = 1024;

/** What arrived of the bomb, 1 MiB, and one copy of it where ws joins the chunks that it came in. */
const WIRE_SLACK_BYTES = 3 * MIB;
/** A half of V8's young generation, 16 MiB, which it fills before it looks for garbage in it. */
const HEAP_SLACK_BYTES = 16 * MIB;

/** A MiB of zeros. Flushed, it ends on a whole byte and the next may follow: copies of it are a stream. */
const DEFLATED_MIB = deflateRawSync(Buffer.alloc(MIB), {
  level: 9,
  finishFlush: zlib.Z_FULL_FLUSH,
});
/** The end of a flush, which permessage-deflate leaves out (RFC 7692, section 7.2.1). */
const FLUSH_TAIL_BYTES = 4;

/** The bomb in as many frames of a binary message, as a server sends them (RFC 6455, section 5.2). */
function createBomb(frames: number): Buffer {
  const parts = Array.from({ length: frames }, (_, index) => {
    const isLast = index === frames - 1;
    const whole = Buffer.concat(new Array<Buffer>(BOMB_MIB / frames).fill(DEFLATED_MIB));
    const payload = isLast ? whole.subarray(0, -FLUSH_TAIL_BYTES) : whole;
    const isLong = payload.length > 65_535;
    const head = Buffer.alloc(isLong ? 10 : 4);
    // RSV1, compressed, stands in the first frame alone, as the opcode does.
    head[0] = (isLast ? 0x80 : 0) | (index === 0 ? 0x42 : 0);
    head[1] = isLong ? 127 : 126;
    if (isLong) head.writeBigUInt64BE(BigInt(payload.length), 2);
    else head.writeUInt16BE(payload.length, 2);
    return [head, payload];
  });
  return Buffer.concat(parts.flat());
}

/** Drops the bomb on a program of its own; tells what that saw, and the close code that it sent. */
async function runBomb(bomb: Buffer) {
  let tell: (code: number) => void = () => {};
  const told = new Promise<number>((resolve) => {
    tell = resolve;
  });
  const url = await startPeerServer({
    perMessageDeflate: true,
    serve: (peer) => {
      peer.once("message", () => Reflect.get(peer, "_socket").write(bomb));
      peer.once("close", tell);
    },
  });
  const { code, stdout, stderr } = await runProgram("bomb", [url, `${READ_LIMIT_BYTES}`]);
  expect([code, stderr]).toEqual([0, ""]);
  return { ...JSON.parse(stdout), told: await told };
}

test("the bomb is what it is said to be: 1 GiB in about 1 MiB", () => {
  expect(inflateRawSync(DEFLATED_MIB, { finishFlush: zlib.Z_SYNC_FLUSH })).toHaveLength(MIB);
  expect(createBomb(1).length).toBeLessThan(1.1 * MIB);
});

describe("1 GiB of zeros", () => {
  test.each([
    ["one frame", 1],
    ["frames of 1 MiB", 1024],
    ["frames of as much as the limit", 64],
  ])("in %s is refused before memory grows past twice the limit", async (_what, frames) => {
    const { grown, ...seen } = await runBomb(createBomb(frames));
    expect(seen).toEqual({
      messages: 0,
      errorCode: "ERR_MESSAGE_TOO_BIG",
      closeCode: 1006,
      told: 1009,
    });
    const bound = 2 * READ_LIMIT_BYTES;
    expect(grown.external).toBeLessThan(bound + WIRE_SLACK_BYTES);
    expect(grown.rss).toBeLessThan(bound + WIRE_SLACK_BYTES + HEAP_SLACK_BYTES);
  });
});
