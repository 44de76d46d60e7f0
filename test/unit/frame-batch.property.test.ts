/** Frames, against the sender and the receiver of ws. */

import fc from "fast-check";
import { expect, test } from "vitest";
import * as ws from "ws";
import { type Batch, Frame } from "../../src/adapter/frame-batch.ts";
import { receiveAll } from "../support/receiving.ts";

const { Sender } = ws as unknown as {
  Sender: { frame(data: Buffer, options: object): Buffer[] };
};

const size = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 70_000 }),
  fc.constantFrom(125, 126, 65_535, 65_536),
);
const bytes = fc
  .tuple(size, fc.integer({ min: 0, max: 255 }))
  .map(([length, seed]) =>
    Buffer.from(Uint8Array.from({ length }, (_, index) => (index * index + seed) & 0xff)),
  );
const text = fc.string({ unit: "grapheme", maxLength: 300 });
const data = fc.oneof(bytes, text);

const RUNS = { numRuns: 100, seed: 4 };

test("a frame is what the sender of ws makes, byte for byte", () => {
  fc.assert(
    fc.property(data, (message) => {
      const opcode = typeof message === "string" ? 1 : 2;
      const options = { fin: true, rsv1: false, mask: false, opcode };
      const expected = Buffer.concat(Sender.frame(Buffer.from(message), options));
      // Not toEqual, which takes its time over each byte.
      expect(expected.equals(new Frame(message).after(null).bytes)).toBe(true);
    }),
    RUNS,
  );
});

test("the receiver of ws gets all of a batch, deflated or not, whatever the window", async () => {
  const windowBits = fc.integer({ min: 9, max: 15 });
  const messages = fc.array(fc.tuple(data, fc.boolean()), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(windowBits, messages, async (bits, sent) => {
      let batch: Batch | null = null;
      for (const [message, deflates] of sent) {
        const frame = new Frame(message);
        batch = (deflates ? frame.deflated(bits) : frame).after(batch);
      }
      const received = await receiveAll(batch?.bytes ?? Buffer.of(), bits);
      const hex = (message: string | Buffer) =>
        typeof message === "string" ? message : message.toString("hex");
      expect(received.map(hex)).toEqual(sent.map(([message]) => hex(message)));
    }),
    RUNS,
  );
});

test("receivers share bytes just where they were sent the same frames in the same order", () => {
  const frames = ["a", "b", "c"].map((name) => new Frame(name));
  const route = fc.array(fc.constantFrom(0, 1, 2), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(route, { maxLength: 30, size: "max" }), (routes) => {
      const byRoute = new Map<string, Buffer>();
      for (const steps of routes) {
        let batch: Batch | null = null;
        for (const step of steps) batch = frames[step]?.after(batch) ?? batch;
        const sent = batch?.bytes ?? Buffer.of();
        const name = steps.map((step) => "abc"[step]).join("");
        expect(sent).toBe(byRoute.get(name) ?? sent);
        byRoute.set(name, sent);
        expect(sent.toString("latin1").replaceAll("\x81\x01", "")).toBe(name);
      }
      expect(new Set(byRoute.values()).size).toBe(byRoute.size);
    }),
    RUNS,
  );
});
