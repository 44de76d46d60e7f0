/** The adapter over `WebSocketStream`, on one in memory: what a real one does rarely, or in other versions. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Adapter } from "../../src/adapter/adapter.ts";
import { dialStream } from "../../src/adapter/stream.ts";
import { Deferred } from "../../src/base/deferred.ts";
import { RecordingSink } from "../support/recording-sink.ts";

interface CloseInfo {
  readonly closeCode: number;
  readonly reason: string;
}

/** A `WebSocketStream` whose other end is the test. */
class FakeStream {
  static newest: FakeStream;
  readonly url: string;
  readonly protocols: string[];
  readonly opening = new Deferred<object>();
  readonly ending = new Deferred<CloseInfo>();
  readonly opened = this.opening.promise;
  readonly closed = this.ending.promise;
  /** What `close` was called with. */
  readonly closes: (CloseInfo | undefined)[] = [];
  /** What was written, oldest first. */
  readonly written: unknown[] = [];
  /** What a write waits for. */
  gate: Promise<void> = Promise.resolve();
  /** Messages to be read, and how many reads there were. */
  readonly messages: unknown[] = [];
  pulls = 0;

  constructor(url: string, options: { protocols: string[] }) {
    this.url = url;
    this.protocols = options.protocols;
    FakeStream.newest = this;
  }
  open(): void {
    const readable = new ReadableStream<unknown>(
      {
        pull: (controller) => {
          this.pulls += 1;
          if (this.messages.length > 0) controller.enqueue(this.messages.shift());
          else return this.closed.then(() => controller.close());
          return undefined;
        },
      },
      { highWaterMark: 0 },
    );
    const writable = new WritableStream<unknown>({
      write: async (data) => {
        await this.gate;
        this.written.push(data);
      },
    });
    this.opening.resolve({ readable, writable, protocol: "chosen", extensions: "extended" });
  }
  close(info?: CloseInfo): void {
    this.closes.push(info);
  }
}

/** As the platform's: its constructor checks. */
class FakeError extends Error {
  constructor(message: string, { closeCode }: CloseInfo) {
    super(message);
    if (closeCode !== 1000) throw new DOMException("refused", "InvalidAccessError");
  }
}

interface Dialled {
  readonly adapter: Adapter;
  readonly sink: RecordingSink;
  readonly stream: FakeStream;
}

function dial(url = "ws://fake/path?token=hunter2", protocols: unknown = []): Dialled {
  const sink = new RecordingSink();
  const adapter = dialStream({ url, protocols, options: {} }, sink);
  return { adapter, sink, stream: FakeStream.newest };
}

async function open(messages: readonly unknown[] = []): Promise<Dialled> {
  const dialled = dial();
  dialled.stream.messages.push(...messages);
  dialled.stream.open();
  await dialled.sink.next("open");
  return dialled;
}

/** Paused from within `open`, so that no message comes before. */
async function openPaused(messages: readonly unknown[], separateTasks = false): Promise<Dialled> {
  const dialled = dial();
  const { adapter, sink, stream } = dialled;
  const { open: record } = sink;
  sink.open = () => {
    adapter.pause?.();
    record.call(sink);
  };
  sink.separateTasks = separateTasks;
  stream.messages.push(...messages);
  stream.open();
  await task();
  await task();
  expect(sink.names).toEqual(["open"]);
  return dialled;
}

const task = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const CLEAN = { closeCode: 1000, reason: "done" };

beforeEach(() => {
  vi.stubGlobal("WebSocketStream", FakeStream);
  vi.stubGlobal("WebSocketError", FakeError);
});
afterEach(() => vi.unstubAllGlobals());

describe("opening", () => {
  test("subprotocols are given as a list, and what was chosen is known at open", async () => {
    const { adapter, sink, stream } = dial("ws://fake/", "one");
    expect(stream.protocols).toEqual(["one"]);
    expect(adapter.protocol).toBe("");
    stream.open();
    await sink.next("open");
    expect([adapter.protocol, adapter.extensions]).toEqual(["chosen", "extended"]);
  });

  test("a dial that is closed reports no open, though the handshake was done already", async () => {
    const { adapter, sink, stream } = dial();
    stream.open();
    adapter.close(1000, "");
    await task();
    stream.ending.resolve(CLEAN);
    await sink.next("close");
    expect(sink.names).toEqual(["close"]);
  });
});

describe("messages", () => {
  test("bytes are taken as an ArrayBuffer, and as a Uint8Array", async () => {
    const bytes = new Uint8Array([1, 2]);
    const { sink } = await open([bytes.buffer, bytes]);
    expect(await sink.next("message")).toEqual(["message", bytes]);
    expect(await sink.next("message")).toEqual(["message", bytes]);
  });

  test("each has a task of its own, whether or not that is asked for", async () => {
    const { sink } = await open(["a", "b"]);
    const seen: string[] = [];
    sink.message = async (data): Promise<void> => {
      seen.push(`${data}`);
      for (let hop = 0; hop < 20; hop += 1) await null;
      seen.push("microtasks");
    };
    await vi.waitFor(() => expect(seen).toHaveLength(4));
    expect(seen).toEqual(["a", "microtasks", "b", "microtasks"]);
  });

  test.each([true, false])(
    "while paused one is read ahead, separate tasks: %s",
    async (separate) => {
      const texts = ["a", "b", "c", "d"];
      const { adapter, sink, stream } = await openPaused(texts, separate);
      expect(stream.pulls).toBe(1);
      adapter.resume?.();
      for (const text of texts) expect(await sink.next("message")).toEqual(["message", text]);
    },
  );

  test("paused again by the message that resume let through, it holds the next", async () => {
    const { adapter, sink, stream } = await openPaused(["a", "b", "c"]);
    const { message } = sink;
    sink.message = (data) => {
      message.call(sink, data);
      adapter.pause?.();
    };
    adapter.resume?.();
    await task();
    expect(sink.names).toEqual(["open", "message"]);
    expect(stream.pulls).toBe(2);
    adapter.resume?.();
    await task();
    expect(sink.names).toEqual(["open", "message", "message"]);
  });
});

describe("output", () => {
  test("a Blob keeps its place, and bytes are those of the call", async () => {
    const { adapter, stream } = await open();
    const bytes = new Uint8Array([1]);
    adapter.send("a");
    adapter.send(new Blob(["b"]));
    adapter.send(bytes);
    bytes.fill(9);
    expect(adapter.bufferedAmount).toBe(3);
    await vi.waitFor(() => expect(stream.written).toHaveLength(3));
    expect(stream.written).toEqual(["a", new Uint8Array([98]).buffer, new Uint8Array([1])]);
  });

  test("close waits until everything has left", async () => {
    const { adapter, sink, stream } = await open();
    const gate = new Deferred<void>();
    stream.gate = gate.promise;
    adapter.send("a");
    adapter.close(1000, "bye");
    adapter.close(1000, "again");
    adapter.send("discarded");
    await task();
    expect(stream.closes).toEqual([]);
    gate.resolve();
    await sink.next("drain");
    expect(stream.written).toEqual(["a"]);
    expect(stream.closes).toEqual([{ closeCode: 1000, reason: "bye" }]);
    expect(adapter.bufferedAmount).toBe("discarded".length);
  });

  test("close checks its arguments in every state", async () => {
    const { adapter, sink, stream } = await open();
    expect(() => adapter.close(999, "")).toThrow("refused");
    expect(adapter.readyState).toBeLessThan(2);
    stream.ending.resolve(CLEAN);
    await sink.next("close");
    expect(() => adapter.close(999, "")).toThrow("refused");
    adapter.close(1000, "");
    await task();
    expect(stream.closes).toEqual([]);
  });

  test("a write that fails since the peer has closed is no error, and stays counted", async () => {
    const { adapter, sink, stream } = await open();
    stream.gate = Promise.reject(new DOMException("closed", "InvalidStateError"));
    adapter.send("abc");
    adapter.send("de");
    await task();
    stream.ending.resolve(CLEAN);
    await sink.next("close");
    expect(sink.names).toEqual(["open", "close"]);
    expect(adapter.bufferedAmount).toBe(5);
  });

  test("a Blob that can't be read ends it with an error, and nothing behind it is sent", async () => {
    const { adapter, sink, stream } = await open();
    const blob = new Blob(["b"]);
    blob.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotReadableError"));
    stream.close = () => {
      stream.ending.resolve(CLEAN);
      stream.gate = Promise.reject(new DOMException("closed", "InvalidStateError"));
    };
    adapter.send(blob);
    adapter.send("behind");
    const [, error] = await sink.next("error");
    expect(error.message).toBe("WebSocket ws://fake/path: connection failed: gone");
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(stream.written).toEqual([]);
  });

  test("drain is reported with what is left", async () => {
    const { adapter, sink, stream } = await open();
    adapter.send("ü");
    await sink.next("drain");
    expect(adapter.bufferedAmount).toBe(0);
    const gate = new Deferred<void>();
    stream.gate = gate.promise;
    adapter.send("stuck");
    stream.ending.resolve(CLEAN);
    await sink.next("close");
    gate.resolve();
    await task();
    await task();
    expect(sink.names).toEqual(["open", "drain", "close"]);
    expect(adapter.bufferedAmount).toBe(5);
  });
});

describe("the end", () => {
  test("one error and one abnormal close, where it is not clean", async () => {
    const { adapter, sink, stream } = await open();
    const cause = new Error("not clean");
    stream.ending.reject(cause);
    const [, error] = await sink.next("error");
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_CONNECTION_FAILED", cause });
    await sink.next("close");
    expect(sink.reports[2]).toEqual(["close", { code: 1006, reason: "", wasClean: false }]);
    expect(adapter.readyState).toBeGreaterThan(1);
  });

  test("an unclean one that was asked for is no error", async () => {
    const { adapter, sink, stream } = await open();
    adapter.close(1000, "");
    stream.ending.reject(new Error("not clean"));
    await sink.next("close");
    expect(sink.names).toEqual(["open", "close"]);
  });

  test("while paused with a message held, it says that some may be missing", async () => {
    const { adapter, sink, stream } = await openPaused(["held", "dropped"]);
    stream.ending.resolve(CLEAN);
    await task();
    expect(sink.names).toEqual(["open"]);
    expect(adapter.readyState).toBeLessThan(2);
    stream.messages.length = 0;
    adapter.resume?.();
    const [, error] = await sink.next("error");
    expect(error.message).toContain("its last messages may be missing");
    await sink.next("close");
    expect(sink.names).toEqual(["open", "message", "error", "close"]);
  });

  test("while paused with nothing to be read, it is clean", async () => {
    const { adapter, sink, stream } = await open();
    adapter.pause?.();
    stream.ending.resolve(CLEAN);
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 1000, reason: "done", wasClean: true });
    expect(sink.names).toEqual(["open", "close"]);
  });

  test("our close reads on, and drops what comes behind it", async () => {
    const { adapter, sink, stream } = await openPaused(["held", "more"]);
    adapter.close(1000, "");
    adapter.pause?.();
    await task();
    expect(stream.messages).toEqual([]);
    stream.ending.resolve(CLEAN);
    await sink.next("close");
    expect(sink.names).toEqual(["open", "close"]);
  });
});
