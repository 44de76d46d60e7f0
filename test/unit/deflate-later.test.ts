/** Deflate later: how much runs at once, and what is cancelled. */

import { createInflateRaw, type InflateRaw } from "node:zlib";
import { expect, test } from "vitest";
import { type Result, runLater } from "../../src/adapter/deflate-later.ts";

/** "Hello", to its final block, and a byte behind it. */
const INPUT = [Buffer.from("f348cdc9c907", "hex"), Buffer.from("0099", "hex")];

class Runs {
  readonly streams: InflateRaw[] = [];
  readonly results: Result[] = [];
  most = 0;
  #ended = 0;

  /** Resolves at its end; what it gives back cancels it. */
  start(limit = 100): { cancel: () => void; end: Promise<Result> } {
    let cancel = () => {};
    const end = new Promise<Result>((resolve) => {
      const done = (_: Error | null, result: Result) => {
        this.#ended += 1;
        this.results.push(result);
        resolve(result);
      };
      cancel = runLater({ open: () => this.#open(), input: INPUT, limit, done });
    });
    return { cancel, end };
  }

  #open(): InflateRaw {
    const stream = createInflateRaw();
    this.streams.push(stream);
    this.most = Math.max(this.most, this.streams.length - this.#ended);
    return stream;
  }
}

test("it puts out all, and says how much it has read", async () => {
  const { output, readBytes, isTooBig } = await new Runs().start().end;
  expect(Buffer.concat(output).toString()).toBe("Hello");
  expect(readBytes).toBe(7);
  expect(isTooBig).toBe(false);
});

test("it says where there is more than the limit, and lets its stream go", async () => {
  const runs = new Runs();
  expect((await runs.start(4).end).isTooBig).toBe(true);
  expect((await runs.start(5).end).isTooBig).toBe(false);
  expect(runs.streams.every((stream) => stream.destroyed)).toBe(true);
});

test("eight run at once, and the others have no stream before it is their turn", async () => {
  const runs = new Runs();
  const ends = Array.from({ length: 30 }, () => runs.start().end);
  expect(runs.streams.length).toBe(8);
  await Promise.all(ends);
  expect(runs.streams.length).toBe(30);
  expect(runs.most).toBe(8);
});

test("one that is cancelled while it waits never has a stream", async () => {
  const runs = new Runs();
  const started = Array.from({ length: 9 }, () => runs.start());
  started[8]?.cancel();
  const last = runs.start();
  await Promise.all([...started.slice(0, 8), last].map(({ end }) => end));
  expect(runs.streams.length).toBe(9);
});

test("one that is cancelled while it runs lets its stream go, and reports nothing", async () => {
  const runs = new Runs();
  runs.start().cancel();
  const [stream] = runs.streams;
  expect(stream?.destroyed).toBe(true);
  stream?.emit("data", Buffer.of(1));
  stream?.emit("end");
  await runs.start().end;
  expect(runs.results.length).toBe(1);
});
