/** Epochs: what left is told from what left in this task, from when on somebody looks; and what an output makes
 *  of that. Who has looked stands in the module, so each test has a module of its own. */

import { beforeEach, describe, expect, test, vi } from "vitest";

type Epochs = typeof import("../../src/adapter/epoch.ts");
type Output = import("../../src/adapter/output.ts").Output;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const LARGE_BYTES = 20_000;

beforeEach(() => {
  vi.resetModules();
});

describe("as long as nobody looks", () => {
  test("an epoch is over at once", async () => {
    const { currentEpoch, isPast } = await load();
    expect(isPast(currentEpoch(false))).toBe(true);
    expect(isPast(currentEpoch(false))).toBe(true);
  });

  test("that of what left within a call ends with its task", async () => {
    const { currentEpoch, isPast } = await load();
    const epoch = currentEpoch(true);
    expect(isPast(epoch)).toBe(false);
    await Promise.resolve();
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(isPast(epoch)).toBe(false);
    await turn();
    expect(isPast(epoch)).toBe(true);
    expect(isPast(currentEpoch(false))).toBe(true);
  });
});

describe("as long as nobody looks, what left before a call", () => {
  test("is past, though that call's own is not", async () => {
    const { currentEpoch, isPast } = await load();
    const before = currentEpoch(false);
    const own = currentEpoch(true);
    expect([isPast(before), isPast(own)]).toEqual([true, false]);
  });

  test("is not counted at the first look behind it", async () => {
    const { currentEpoch, isPast, watchEpochs } = await load();
    const before = currentEpoch(false);
    const own = currentEpoch(true);
    watchEpochs();
    expect([isPast(before), isPast(own)]).toEqual([true, false]);
  });
});

describe("from the first look on", () => {
  test("what left before it is past", async () => {
    const { currentEpoch, isPast, watchEpochs } = await load();
    const epoch = currentEpoch(false);
    watchEpochs();
    expect(isPast(epoch)).toBe(true);
  });

  test("an epoch ends with its task, whatever left in it", async () => {
    const { currentEpoch, isPast, watchEpochs } = await load();
    watchEpochs();
    for (const isCall of [false, true]) {
      const epoch = currentEpoch(isCall);
      await Promise.resolve();
      watchEpochs();
      expect(isPast(epoch)).toBe(false);
      await turn();
      expect(isPast(epoch)).toBe(true);
    }
  });

  test("so does that of what left within a call earlier in the same task", async () => {
    const { currentEpoch, isPast, watchEpochs } = await load();
    const epoch = currentEpoch(true);
    watchEpochs();
    expect(isPast(epoch)).toBe(false);
    expect(currentEpoch(false)).toBe(epoch);
    await turn();
    expect(isPast(epoch)).toBe(true);
  });
});

describe("an output", () => {
  test("that is asked first behind a send that left within the call counts all of it in this task", async () => {
    const output = await createOutput(true);
    output.send(new Uint8Array(LARGE_BYTES));
    expect(output.unsentBytes).toBe(0);
    expect(output.bytes).toBe(LARGE_BYTES);
    await Promise.resolve();
    expect(output.bytes).toBe(LARGE_BYTES);
    await turn();
    expect(output.bytes).toBe(0);
  });

  test("that is asked first in a later task counts nothing of it", async () => {
    const output = await createOutput(true);
    output.send(new Uint8Array(LARGE_BYTES));
    await turn();
    expect(output.bytes).toBe(0);
  });

  test("counts what left behind the call in the same task, once somebody has looked", async () => {
    const output = await createOutput(false);
    expect(output.bytes).toBe(0);
    output.send("text");
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(output.unsentBytes).toBe(0);
    expect(output.bytes).toBe(4);
    await turn();
    expect(output.bytes).toBe(0);
  });

  test("counts for good what was sent in the turn in which it ends, and nothing from before", async () => {
    const output = await createOutput(true);
    output.send("before");
    await turn();
    output.send(new Uint8Array(LARGE_BYTES));
    output.end();
    await turn();
    expect(output.bytes).toBe(LARGE_BYTES);
    expect(output.takenBytes).toBe(LARGE_BYTES + 6);
  });
});

async function load(): Promise<Epochs> {
  return await import("../../src/adapter/epoch.ts");
}

/** An output whose messages leave: within the call, or at the end of the turn. */
async function createOutput(isInstant: boolean): Promise<Output> {
  const { Output } = await import("../../src/adapter/output.ts");
  class Instant extends Output {
    protected override get isOpen(): boolean {
      return true;
    }
    protected override write(data: string | Uint8Array): void {
      const { length } = data;
      this.countTaken(length);
      if (isInstant) this.countLeft(length);
      else process.nextTick(() => this.countLeft(length));
    }
  }
  return new Instant(
    { compressionThreshold: Number.POSITIVE_INFINITY, compressionLevel: 6, windowAlone: 0 },
    { isLost: () => false, handleDrain: () => {}, handleUnreadable: () => {} },
  );
}
