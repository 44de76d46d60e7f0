/** Frames past the stream and through it, in any mixture, to a peer that reads as it likes: the bytes are those
 *  that the sender of ws makes, and nothing is counted wrong. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { Frame } from "../../src/adapter/frame-batch.ts";
import {
  line,
  patterned,
  payloadSize,
  readerSettings,
  receiveByWs,
  senderFrame,
} from "../support/frame-streams.ts";
import { BINARY, PING, turn, turns, until } from "../support/framed-pair.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import { collect, Wired, WriteWatch } from "../support/wired.ts";

type Step =
  | readonly [kind: "send" | "for many", bytes: number, seed: number]
  | readonly [kind: "ping", seed: number]
  | readonly [kind: "turns" | "read", count: number]
  | readonly [kind: "fill"];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant("send" as const), payloadSize, fc.nat(99)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("for many" as const), payloadSize, fc.nat(99)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("ping" as const), fc.nat(99)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("turns" as const), fc.nat(2)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("read" as const), fc.integer({ min: 1, max: 20 })) },
  { weight: 1, arbitrary: fc.constant(["fill"] as const) },
);
const steps = fc.array(step, { minLength: 1, maxLength: 40, size: "max" });

/** One connection, and what its peer is to see. */
class Exchange {
  readonly frames: [opcode: number, payload: Buffer][] = [];
  readonly #wired: Wired;

  constructor(wired: Wired) {
    this.#wired = wired;
  }

  async do(step: Step): Promise<void> {
    const [kind, amount = 0, seed = 0] = step;
    const { peer } = this.#wired;
    if (kind === "turns") await turns(amount);
    else if (kind === "read") {
      peer.resume();
      await turns(amount);
      peer.pause();
    } else if (kind === "fill") {
      for (const data of await this.#wired.fill(15_000)) this.frames.push([BINARY, data]);
    } else if (kind === "ping") this.#ping(patterned(amount, 1));
    else this.#send(kind === "send", patterned(amount, seed));
    expect(this.#wired.output.bytes).toBeGreaterThanOrEqual(this.#wired.output.unsentBytes);
  }

  #ping(payload: Buffer): void {
    this.frames.push([PING, payload]);
    this.#wired.ping(payload);
  }

  #send(isAlone: boolean, data: Buffer): void {
    this.frames.push([BINARY, Buffer.from(data)]);
    if (isAlone) this.#wired.send(data);
    else this.#wired.sendFrame(new Frame(data));
    // It was taken: the caller does with his memory as he likes.
    data.fill(0xee);
  }
}

test.runIf(IS_OWN_FRAMING).each([
  ["a server's", true],
  ["a client's", false],
])("%s frames are those of ws, whichever way they took", async (_name, isServer) => {
  let direct = 0;
  let byStream = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const wired = await Wired.open(isServer);
      const watch = new WriteWatch(wired.socket);
      const received = collect(wired.peer);
      wired.peer.pause();
      const exchange = new Exchange(wired);
      for (const each of list) await exchange.do(each);
      wired.peer.resume();
      await until(() => wired.output.bytes === 0);
      const frames = exchange.frames.map(([opcode, data]) => senderFrame(opcode, data, !isServer));
      const expected = Buffer.concat(frames);
      const bytes = await received.until(expected.length);
      // Those of a client are masked, each by a key of its own.
      if (isServer) expect(bytes.equals(expected)).toBe(true);
      const lines = exchange.frames.map(([opcode, data]) =>
        opcode === PING ? line.ping(data) : line.bytes(data),
      );
      expect(await receiveByWs(bytes, readerSettings({ isServer: !isServer }))).toEqual(lines);
      await turn();
      expect([wired.output.waitingBytes, wired.errors, watch.reused]).toEqual([0, 0, 0]);
      direct += watch.direct;
      byStream += watch.byStream;
      wired.socket.destroy();
      wired.peer.destroy();
    }),
    { numRuns: 25, seed: 4 },
  );
  expect(Math.min(direct, byStream)).toBeGreaterThan(20);
});
