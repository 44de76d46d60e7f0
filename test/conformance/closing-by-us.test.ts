/** Conformance: closing handshakes that our side starts, and peers that answer them well or badly
 *  (RFC 6455, sections 5.5.1 and 7.1). */

import { describe, expect, test } from "vitest";
import type { CloseInfo } from "../../src/index.ts";
import { connectPair, type Pair, READY } from "./subject.ts";
import {
  close,
  closeBytes,
  encodeAll,
  hex,
  MORE,
  ping,
  type Role,
  text,
  type Wire,
} from "./wire.ts";

const SIDES: readonly Role[] = ["client", "server"];
const CODES = [1000, 3000, 3999, 4000, 4999];
const LOST = { code: 1006, reason: "", wasClean: false };

/** What a peer answers, and how our side is closed by it. */
const ANSWERS: [name: string, frames: Wire[], info: CloseInfo][] = [
  ["another code", [close(4002, "theirs")], { code: 4002, reason: "theirs", wasClean: true }],
  ["no code", [closeBytes()], { code: 1005, reason: "", wasClean: true }],
  ["messages before it", [text("late"), close(1000)], { code: 1000, reason: "", wasClean: true }],
  ["a ping before it", [ping("late"), close(1000)], { code: 1000, reason: "", wasClean: true }],
  [
    "fragments before it",
    [text("a", MORE), close(1000)],
    { code: 1000, reason: "", wasClean: true },
  ],
  ["the same twice", [close(1000), close(1000)], { code: 1000, reason: "", wasClean: true }],
  ["nothing", [], LOST],
  ["half a close frame", [hex("88")], LOST],
  ["a code that may not be sent", [close(1005)], LOST],
  ["one byte", [closeBytes("a")], LOST],
  ["what is forbidden", [text("a", { rsv: 2 }), close(1000)], LOST],
  ["no UTF-8", [text(hex("ff")), close(1000)], LOST],
];

/** Connects, has our side close, and resolves once its close frame has come. */
async function startClosing(side: Role, code?: number, reason?: string): Promise<Pair> {
  const pair = await connectPair(side);
  await pair.peer.frame(0);
  pair.subject.socket.close(code, reason);
  await pair.peer.until(() => pair.peer.isOver);
  return pair;
}

/** Answers past `WirePeer.write`, which writes nothing to one that closes. */
async function answer({ peer }: Pair, frames: readonly Wire[]): Promise<void> {
  peer.socket.write(encodeAll(frames, peer.role));
  await peer.end();
}

describe.each(SIDES)("%s", (side) => {
  test.each(CODES)("says %i in one close frame, and is closed by the answer", async (code) => {
    const pair = await startClosing(side, code, "because");
    expect(pair.peer.closeFrame?.payload).toEqual(close(code, "because").payload);
    await answer(pair, [close(code, "because")]);
    expect(await pair.subject.closed).toEqual({ code, reason: "because", wasClean: true });
    expect([pair.peer.violations, pair.subject.errors]).toEqual([[], []]);
  });

  test("says 1000 where it is not told what", async () => {
    const pair = await startClosing(side);
    expect(pair.peer.closeFrame?.payload).toEqual(close(1000).payload);
    await answer(pair, [close(1000)]);
    expect(await pair.subject.closed).toEqual({ code: 1000, reason: "", wasClean: true });
  });

  test.each([
    ["of 123 bytes", "r".repeat(123)],
    ["of 123 bytes in 41 characters", "世".repeat(41)],
    ["of all lengths of UTF-8", "aé世🌍"],
  ])("says a reason %s", async (_what, reason) => {
    const { peer } = await startClosing(side, 4000, reason);
    expect(peer.closeFrame?.payload).toEqual(close(4000, reason).payload);
  });

  test.each(ANSWERS)(
    "writes one close frame, though the answer is %s",
    async (_what, frames, info) => {
      const pair = await startClosing(side, 4001, "mine");
      await answer(pair, frames);
      expect(await pair.subject.closed).toEqual(info);
      expect(pair.peer.frames).toHaveLength(2);
      expect([pair.peer.violations, pair.peer.isStuck]).toEqual([[], false]);
      expect(pair.subject.delivered).toEqual([]);
    },
  );

  test("takes a close frame that crosses its own for the answer", async () => {
    const { peer, subject } = await connectPair(side);
    await peer.frame(0);
    const sent = peer.send([close(4002, "theirs")]);
    subject.socket.close(4001, "mine");
    await sent;
    await peer.end();
    expect(peer.closeFrame?.payload).toEqual(close(4001, "mine").payload);
    expect(await subject.closed).toEqual({ code: 4002, reason: "theirs", wasClean: true });
    expect([peer.frames.length, peer.violations]).toEqual([2, []]);
  });

  test("writes everything sent before the close frame, and nothing behind it", async () => {
    const { peer, subject } = await connectPair(side);
    const sent = Array.from({ length: 50 }, (_, index) => `${index}`.repeat(index * 100));
    await peer.frame(0);
    for (const message of sent) subject.socket.send(message);
    subject.socket.close(1000).send("late");
    await peer.until(() => peer.isOver);
    const messages = peer.frames.slice(0, -1).map(({ payload }) => `${payload}`);
    expect(messages).toEqual([READY, ...sent]);
    await answer({ peer, subject }, [close(1000)]);
    expect([peer.frames.length, peer.violations]).toEqual([52, []]);
  });
});
