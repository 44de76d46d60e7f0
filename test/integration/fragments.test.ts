/** Fragments: a message that comes in many pieces takes no more memory than its limit is worth. */

import { describe, expect, test } from "vitest";
import { releaseChunks } from "../../src/adapter/ws-fragments.ts";
import { pieceLimits } from "../../src/adapter/ws-settings.ts";
import { WebSocket } from "../../src/index.ts";
import { failureOf } from "../support/failure.ts";
import { startPeerServer } from "../support/listening.ts";
import { nextMessage, opened } from "../support/sockets.ts";

const MIB = 1024 * 1024;
const FIRST_TEXT = Buffer.from([0x01, 1, 0x61]);
const NEXT = Buffer.from([0x00, 1, 0x61]);
const LAST = Buffer.from([0x80, 1, 0x61]);
const PING = Buffer.from([0x89, 0]);

/** A server that sends these bytes to whoever connects. */
function startWriter(...frames: readonly Buffer[]): Promise<string> {
  return startPeerServer({
    serve: (peer) => void Reflect.get(peer, "_socket").write(Buffer.concat(frames)),
  });
}

describe("how many pieces a message may come in", () => {
  test("grows with the limit of the message, from a least number on", () => {
    expect(pieceLimits(1)).toEqual({ maxFragments: 1024, maxBufferedChunks: 2048 });
    expect(pieceLimits(16 * MIB)).toEqual({ maxFragments: 16_384, maxBufferedChunks: 32_768 });
    expect(pieceLimits(128 * MIB)).toEqual({ maxFragments: 131_072, maxBufferedChunks: 262_144 });
  });

  test("a dialled socket closes on a server that sends more", async () => {
    const url = await startWriter(FIRST_TEXT, ...new Array<Buffer>(1_024).fill(NEXT), LAST);
    const failure = await failureOf(url, { readLimit: MIB });
    expect(failure.error).toMatchObject({ kind: "INTERNAL", code: "ERR_PROTOCOL" });
  });

  test("a dialled socket takes just as many", async () => {
    const url = await startWriter(FIRST_TEXT, ...new Array<Buffer>(1_022).fill(NEXT), LAST);
    const socket = new WebSocket(url, null, { readLimit: MIB });
    expect(await nextMessage(socket)).toBe("a".repeat(1_024));
    socket.close();
  });
});

describe("what fragments keep alive", () => {
  const fake = (fragments: Uint8Array[]) => ({ _receiver: { _fragments: fragments } }) as never;

  test("small fragments of large chunks get memory of their own, which is a Buffer again", () => {
    const chunk = Buffer.alloc(65_536, "x");
    const fragments = [chunk.subarray(0, 1), chunk.subarray(7, 10)];
    releaseChunks(fake(fragments));
    expect(fragments.map((fragment) => fragment.buffer.byteLength)).toEqual([1, 3]);
    expect(fragments.map((fragment) => fragment.toString())).toEqual(["x", "xxx"]);
  });

  test("fragments as large as their chunk stay as they are", () => {
    const chunk = Buffer.from(new Uint8Array(65_536).buffer);
    const fragments = [chunk.subarray(14)];
    releaseChunks(fake(fragments));
    expect(fragments[0]?.buffer).toBe(chunk.buffer);
  });

  test("fragments are looked at once, however many pings come", () => {
    const chunk = Buffer.alloc(65_536);
    const fragments = [chunk.subarray(0, 1)];
    releaseChunks(fake(fragments));
    fragments[0] = chunk.subarray(1, 2);
    fragments.push(chunk.subarray(2, 3));
    releaseChunks(fake(fragments));
    expect(fragments.map((fragment) => fragment.buffer.byteLength)).toEqual([65_536, 1]);
  });

  test("a text in fragments with pings between them arrives whole", async () => {
    const url = await startWriter(FIRST_TEXT, PING, NEXT, PING, PING, LAST, PING);
    const socket = new WebSocket(url);
    const message = nextMessage(socket);
    await opened(socket);
    expect(await message).toBe("aaa");
    socket.close();
  });
});
