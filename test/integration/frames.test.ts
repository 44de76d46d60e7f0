/** Frames that were made for many, on real accepted sockets, among all else that is sent. */

import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { WebSocket as Ws } from "ws";
import { Frame } from "../../src/adapter/frame-batch.ts";
import type { WsAdapter } from "../../src/adapter/ws.ts";
import { CLOSE_TIMEOUT_MS, Compression } from "../../src/constants.ts";
import { SocketError } from "../../src/index.ts";
import { type AcceptedPair, acceptOne } from "../support/accepting.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import { RecordingSink } from "../support/recording-sink.ts";

const MIB = 1024 * 1024;
/** More than the kernel takes for one that does not read. */
const STUCK_BYTES = 32 * MIB;

/** What a client saw, in order. */
type Seen = [kind: "text" | "bytes" | "ping" | "close", content: string];

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Turns go by until `condition` holds; the test's own time limit ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Collects what a client sees, up to its end. */
function watch(client: Ws): { seen: Seen[]; ended: Promise<void> } {
  const seen: Seen[] = [];
  client.on("message", (data, isBinary) => {
    const bytes = data as Buffer;
    seen.push(isBinary ? ["bytes", bytes.toString("hex")] : ["text", bytes.toString()]);
  });
  client.on("ping", (payload) => seen.push(["ping", payload.toString()]));
  const ended = new Promise<void>((resolve) => {
    client.on("close", (code) => {
      seen.push(["close", `${code}`]);
      resolve();
    });
  });
  return { seen, ended };
}

/** All bytes that came to a client behind the handshake. */
function watchBytes(client: Ws): () => Buffer {
  const chunks: Buffer[] = [];
  client.on("open", () => {
    Reflect.get(client, "_socket").prependListener("data", (chunk: Buffer) => chunks.push(chunk));
  });
  return () => Buffer.concat(chunks);
}

/** Text with much that comes again, and never at the same distance: what is wrong about a context shows. */
function words(length: number, seed: number): string {
  const word = (_: unknown, index: number): string => ((index + seed) ** 2 % 9973).toString(36);
  return Array.from({ length }, word).join("ü");
}

async function acceptUnread(maxUnsent?: number): Promise<AcceptedPair & { sink: RecordingSink }> {
  const sink = new RecordingSink();
  const pair = await acceptOne("/unread", sink, { server: { maxUnsent } });
  await sink.next("message");
  return { ...pair, sink };
}

describe("frames among other messages", () => {
  const content = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc
      .tuple(fc.integer({ min: 0, max: 500 }), fc.nat(9))
      .map(([length, seed]) => words(length, seed)),
    fc.constant(words(20_000, 1)),
  );
  const way = fc.constantFrom(
    ...([
      "frame",
      "frame",
      "frame of bytes",
      "text",
      "bytes",
      "blob",
      "ping",
      "turn",
      "left",
    ] as const),
  );
  type Way = "frame" | "frame of bytes" | "text" | "bytes" | "blob" | "ping" | "turn" | "left";
  const steps = fc.array(fc.tuple(way, content), { maxLength: 30, size: "max" });

  /** Does one step. @returns what the client is to see of it */
  const act = (adapter: WsAdapter, way: Exclude<Way, "turn" | "left">, text: string): Seen => {
    const bytes = new TextEncoder().encode(text);
    const hex = Buffer.from(bytes).toString("hex");
    if (way === "ping") {
      adapter.ping(bytes.slice(0, 100));
      return ["ping", Buffer.from(bytes.slice(0, 100)).toString()];
    }
    if (way === "frame") adapter.sendFrame(new Frame(text));
    if (way === "frame of bytes") adapter.sendFrame(new Frame(bytes));
    if (way === "text") adapter.send(text);
    if (way === "blob") adapter.send(new Blob([bytes]));
    if (way === "bytes") adapter.send(bytes);
    // They have been taken: the caller does with them as he likes.
    bytes.fill(0);
    return way === "frame" || way === "text" ? ["text", text] : ["bytes", hex];
  };

  const isPing = ([kind]: Seen): boolean => kind === "ping";

  test.each([
    ["no compression", Compression.DISABLED],
    ["compression with a context", Compression.CONTEXT_TAKEOVER],
    ["compression without a context", Compression.NO_CONTEXT],
  ])("arrive in the order of the calls, each once, with %s", async (_name, compression) => {
    const client = { perMessageDeflate: compression !== Compression.DISABLED };
    const server = { compression, compressionThreshold: 100 };
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const sink = new RecordingSink();
        const { adapter, client: peer } = await acceptOne("/silent", sink, { server, client });
        const { seen, ended } = watch(peer);
        await sink.next("open");
        expect(adapter.extensions !== "").toBe(compression !== Compression.DISABLED);
        const sent: Seen[] = [];
        for (const [way, text] of taken) {
          if (way === "turn") await turn();
          else if (way === "left") await until(() => adapter.bufferedAmount === 0);
          else sent.push(act(adapter, way, text));
        }
        adapter.close(1000, "");
        await ended;
        sent.push(["close", "1000"]);
        // While a Blob is read, a ping does not wait for it.
        const hasBlob = taken.some(([way]) => way === "blob");
        const inOrder = (list: Seen[]): Seen[] =>
          hasBlob ? [...list.filter(isPing), ...list.filter((each) => !isPing(each))] : list;
        expect(inOrder(seen)).toEqual(inOrder(sent));
        await sink.next("close");
        expect(adapter.bufferedAmount).toBe(0);
      }),
      { numRuns: 40, seed: 4 },
    );
  });
});

describe("bufferedAmount", () => {
  test.each([
    ["no compression", Compression.DISABLED],
    ["compression with a context", Compression.CONTEXT_TAKEOVER],
    ["compression without a context", Compression.NO_CONTEXT],
  ])("counts each payload until it has left, with %s", async (_name, compression) => {
    const sink = new RecordingSink();
    const { adapter } = await acceptOne("/silent", sink, {
      server: { compression, compressionThreshold: 0 },
      client: { perMessageDeflate: compression !== Compression.DISABLED },
    });
    await sink.next("open");
    adapter.sendFrame(new Frame("ü".repeat(100)));
    adapter.send("abc");
    adapter.sendFrame(new Frame(new Uint8Array(1000)));
    expect(adapter.bufferedAmount).toBe(1203);
    await Promise.resolve();
    expect(adapter.bufferedAmount).toBe(1203);
    await until(() => adapter.bufferedAmount === 0);
    expect(sink.names).toContain("drain");
  });

  test.each([
    ["the peer drops", ({ client }: AcceptedPair) => client.terminate()],
    ["is dropped", ({ adapter }: AcceptedPair) => adapter.terminate()],
  ])("keeps what a connection that %s had not taken", async (_name, drop) => {
    const { sink, ...pair } = await acceptUnread();
    pair.adapter.sendFrame(new Frame(new Uint8Array(STUCK_BYTES)));
    await turn();
    pair.adapter.sendFrame(new Frame("more"));
    await turn();
    drop(pair);
    await sink.next("close");
    // Node calls back later, and without an error.
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(pair.adapter.bufferedAmount).toBe(STUCK_BYTES + 4);
  });

  test("keeps what was to leave at the end of the turn in which the connection was dropped", async () => {
    const { adapter, sink } = await acceptUnread();
    adapter.sendFrame(new Frame("never"));
    adapter.terminate();
    await sink.next("close");
    expect(adapter.bufferedAmount).toBe(5);
  });

  test("counts for good what comes behind the close", async () => {
    const { adapter, sink } = await acceptUnread();
    adapter.close(1000, "");
    adapter.sendFrame(new Frame("late"));
    adapter.terminate();
    await sink.next("close");
    adapter.sendFrame(new Frame("later"));
    expect(adapter.bufferedAmount).toBe(9);
  });
});

describe("a close frame", () => {
  const CLOSE_1000 = Buffer.of(0x88, 2, 0x03, 0xe8);

  test("stands behind the frames of its turn, and nothing stands behind it", async () => {
    const sink = new RecordingSink();
    const { adapter, client } = await acceptOne("/silent", sink);
    const received = watchBytes(client);
    const { ended } = watch(client);
    await sink.next("open");
    adapter.sendFrame(new Frame("a"));
    adapter.close(1000, "");
    adapter.sendFrame(new Frame("b"));
    await ended;
    expect(received()).toEqual(Buffer.concat([Buffer.of(0x81, 1, 0x61), CLOSE_1000]));
  });

  test("that answers the peer's stands behind what its turn still held", async () => {
    const sink = new RecordingSink();
    const { adapter, client } = await acceptOne("/silent", sink);
    const received = watchBytes(client);
    const { ended } = watch(client);
    await sink.next("open");
    // Framed while the message is handled, with the close frame behind it already in the same chunk.
    sink.message = () => adapter.sendFrame(new Frame("answer"));
    await until(() => client.readyState === 1);
    const stream = Reflect.get(client, "_socket");
    stream.cork();
    client.send("question");
    client.close(1000);
    stream.uncork();
    await ended;
    await sink.next("close");
    const answer = Buffer.concat([Buffer.of(0x81, 6), Buffer.from("answer")]);
    expect(received()).toEqual(Buffer.concat([answer, CLOSE_1000]));
    expect(adapter.bufferedAmount).toBe(0);
  });

  test.each([1001, 1011, 1013, 4999])("of a server may say %i", async (code) => {
    const sink = new RecordingSink();
    const { adapter, client } = await acceptOne("/silent", sink);
    const { seen, ended } = watch(client);
    await sink.next("open");
    adapter.close(code, "because");
    await ended;
    expect(seen).toEqual([["close", `${code}`]]);
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code, reason: "because", wasClean: true });
  });

  test.each([999, 1005, 1006, 5000])("can't say %i", async (code) => {
    const sink = new RecordingSink();
    const { adapter } = await acceptOne("/silent", sink);
    await sink.next("open");
    expect(() => adapter.close(code, "")).toThrow();
    expect(adapter.readyState).toBe(1);
  });

  test("is not waited for longer than 5 s where the peer has sent FIN without one, and reads nothing", async () => {
    const { adapter, client, sink } = await acceptUnread();
    adapter.send(new Uint8Array(STUCK_BYTES));
    Reflect.get(client, "_socket").end();
    await until(() => adapter.isEnding);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    adapter.close(4000, "bye");
    vi.advanceTimersByTime(CLOSE_TIMEOUT_MS - 1);
    await turn();
    expect(sink.names).not.toContain("close");
    vi.advanceTimersByTime(1);
    const [, info] = await sink.next("close");
    expect(info).toMatchObject({ code: 1006, wasClean: false });
  });
});

describe("maxUnsent", () => {
  test("closes on one that does not read for more than three turns with 1013, after an error", async () => {
    // A closing handshake is given up after a while, however long the client has yet to read.
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { adapter, client, sink } = await acceptUnread(MIB);
    const { seen, ended } = watch(client);
    adapter.sendFrame(new Frame(new Uint8Array(STUCK_BYTES)));
    for (let turns = 0; turns < 3; turns += 1) {
      await turn();
      adapter.sendFrame(new Frame("waits"));
      expect(adapter.readyState).toBe(1);
    }
    await turn();
    adapter.sendFrame(new Frame("too much"));
    expect(adapter.readyState).toBe(2);
    expect(sink.names).not.toContain("error");
    const [, error] = await sink.next("error");
    expect(error).toBeInstanceOf(SocketError);
    expect(error).toMatchObject({ kind: "UNAVAILABLE", code: "ERR_TOO_SLOW", retryable: true });
    client.resume();
    await ended;
    expect(seen.at(-1)).toEqual(["close", "1013"]);
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 1013, reason: "too slow", wasClean: true });
    expect(sink.names.filter((name) => name === "error")).toHaveLength(1);
    expect(sink.names.indexOf("error")).toBeLessThan(sink.names.indexOf("close"));
  });

  test("counts what each message takes in memory: tiny ones are too many some time", async () => {
    const { adapter, sink } = await acceptUnread(STUCK_BYTES + 100_000);
    adapter.send(new Uint8Array(STUCK_BYTES));
    // Some of it has been taken by the system.
    while (adapter.waitingBytes < STUCK_BYTES) adapter.send(new Uint8Array(10_000));
    for (let i = 0; i < 1000; i += 1) {
      adapter.send("1");
      // Those of a turn are one write of ours.
      if (IS_OWN_FRAMING) await turn();
    }
    for (let turns = 0; turns < 4; turns += 1) {
      await turn();
      adapter.send("1");
    }
    expect(adapter.readyState).toBe(2);
    const [, error] = await sink.next("error");
    expect(error.code).toBe("ERR_TOO_SLOW");
  });

  test.each([
    ["send", (adapter: WsAdapter, data: Uint8Array) => adapter.send(data)],
    ["sendFrame", (adapter: WsAdapter, data: Uint8Array) => adapter.sendFrame(new Frame(data))],
  ])("lets one message of any size pass to one that reads, by %s", async (_name, sendBy) => {
    const sink = new RecordingSink();
    const { adapter, client } = await acceptOne("/silent", sink, { server: { maxUnsent: 1000 } });
    const { seen, ended } = watch(client);
    await sink.next("open");
    sendBy(adapter, new Uint8Array(STUCK_BYTES / 2));
    await until(() => adapter.bufferedAmount === 0);
    sendBy(adapter, new Uint8Array(1));
    await until(() => seen.length === 2);
    adapter.close(1000, "");
    await ended;
    expect(seen.at(-1)).toEqual(["close", "1000"]);
    expect(sink.names).not.toContain("error");
  });

  test("does not turn the clean close that a slow peer has begun into a failure", async () => {
    const { adapter, client, sink } = await acceptUnread(MIB);
    adapter.send(new Uint8Array(STUCK_BYTES));
    client.close(1000, "done");
    await until(() => adapter.readyState > 1);
    adapter.send("late");
    client.resume();
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 1000, reason: "done", wasClean: true });
    expect(sink.names).not.toContain("error");
  });
});
