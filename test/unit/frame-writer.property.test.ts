/** The writer, against the receiver of ws: any messages in any order, to a stream that takes its time. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { Frame } from "../../src/adapter/frame-batch.ts";
import { FIN, Opcode } from "../../src/adapter/frame-format.ts";
import { FrameWriter } from "../../src/adapter/frame-writer.ts";
import { CollectingStream } from "../support/collecting.ts";
import {
  line,
  patterned,
  payloadSize,
  readAll,
  readerSettings,
  receiveByWs,
  senderFrame,
} from "../support/frame-streams.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const UNITS = ["a", "ü", "€", "\u{1F600}", "\uD800"];
const text = fc
  .tuple(fc.constantFrom(...UNITS), payloadSize)
  .map(([unit, size]) => unit.repeat(Math.floor(size / Buffer.byteLength(unit))));
const mixed = fc.string({ unit: "binary", maxLength: 60 });
const bytes = fc.tuple(payloadSize, fc.nat(99)).map(([size, seed]) => patterned(size, seed));
const payload = fc.uint8Array({ maxLength: 125 });

type Step =
  | readonly [kind: "text", text: string]
  | readonly [kind: "bytes" | "shared", bytes: Buffer]
  | readonly [kind: "ping" | "pong", payload: Uint8Array]
  | readonly [kind: "flush" | "turn" | "hold" | "take" | "release"];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant("text" as const), fc.oneof(mixed, text)) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom("bytes" as const, "shared" as const), bytes) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom("ping" as const, "pong" as const), payload) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constantFrom(
        ...(["flush", "turn", "hold", "take", "release"] as const satisfies Step[0][]),
      ),
    ),
  },
);
const steps = fc.array(step, { minLength: 1, maxLength: 25, size: "max" });

/** A writer, what it writes to, and what was asked of it. */
class Writing {
  readonly stream = new CollectingStream({ writableHighWaterMark: 1 });
  readonly writer: FrameWriter;
  readonly lines: string[] = [];
  readonly #isServer: boolean;
  taken = 0;
  left = 0;

  constructor(isServer: boolean) {
    this.#isServer = isServer;
    this.writer = new FrameWriter(this.stream, isServer);
    this.writer.handleSent = (bytes) => {
      this.left += bytes;
    };
  }

  async do(step: Step): Promise<void> {
    const { stream, writer } = this;
    const [kind] = step;
    if (kind === "turn") await turn();
    else if (kind === "flush") writer.flush();
    else if (kind === "hold") stream.hold();
    else if (kind === "take") stream.takeOne();
    else if (kind === "release") stream.release();
    else this.#write(step);
  }

  #write(step: Step): void {
    const [kind, content = ""] = step;
    if (typeof content === "string") {
      this.taken += this.writer.writeText(content);
      this.lines.push(line.text(Buffer.from(content).toString()));
      return;
    }
    // The caller does with its memory as it likes, once it was taken.
    const mine = Buffer.from(content);
    if (kind === "ping" || kind === "pong") {
      this.writer.writeFrame(FIN | Opcode[kind === "ping" ? "PING" : "PONG"], mine, 0);
      this.lines.push(line[kind](content));
    } else if (kind === "shared" && this.#isServer) {
      const batch = new Frame(mine).after(null);
      this.writer.writeShared(batch.bytes, batch.payloadBytes);
      this.taken += mine.length;
      this.lines.push(line.bytes(content));
    } else {
      this.taken += this.writer.writeFrame(FIN | Opcode.BINARY, mine, mine.length);
      this.lines.push(line.bytes(content));
    }
    mine.fill(0xee);
  }
}

test("the receiver of ws gets what was written, in order, from a server and from a client", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (list, isServer) => {
      const writing = new Writing(isServer);
      const { stream, writer, lines } = writing;
      for (const each of list) await writing.do(each);
      stream.release();
      await turn();
      const { written } = stream;
      const settings = readerSettings({ isServer: !isServer });
      expect(await receiveByWs(written, settings)).toEqual(lines);
      expect(readAll([written], settings, false)).toEqual(lines);
      expect(writing.left).toBe(writing.taken);
      expect([writer.waitingBytes, writer.waitingWrites]).toEqual([0, 0]);
    }),
    { numRuns: 150, seed: 4 },
  );
});

test("frames of a server are those of the sender of ws, byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(mixed, text, bytes), { maxLength: 8 }), async (list) => {
      const { stream, writer } = new Writing(true);
      const frames: Buffer[] = [];
      for (const data of list) {
        if (typeof data === "string") writer.writeText(data);
        else writer.writeFrame(FIN | Opcode.BINARY, data, data.length);
        const opcode = typeof data === "string" ? Opcode.TEXT : Opcode.BINARY;
        frames.push(senderFrame(opcode, Buffer.from(data), false));
      }
      await turn();
      expect(stream.written.equals(Buffer.concat(frames))).toBe(true);
    }),
    { numRuns: 100, seed: 4 },
  );
});

test("never more is told to have left than the stream has taken", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 6 }), async (list) => {
      const writing = new Writing(false);
      const { stream, writer } = writing;
      stream.hold();
      for (const each of list) await writing.do(["bytes", each]);
      writer.flush();
      await turn();
      expect(writing.left).toBe(0);
      for (let takes = 0; writer.waitingWrites > 0; takes += 1) {
        const { length } = stream.written;
        stream.takeOne();
        await turn();
        expect(writing.left).toBeLessThanOrEqual(length);
        expect(takes).toBeLessThan(1000);
      }
      expect(writing.left).toBe(writing.taken);
    }),
    { numRuns: 60, seed: 4 },
  );
});
