/** The contract of the port: what every adapter must do, whatever socket it stands on. */

import { describe, expect, test } from "vitest";
import type { Adapter, Dialer } from "../../src/adapter/adapter.ts";
import { RecordingSink } from "../support/recording-sink.ts";

/** What an adapter may leave out. */
const OPTIONAL = [
  "remoteAddress",
  "reportsDrain",
  "closeWith",
  "terminate",
  "ping",
  "pause",
  "resume",
] as const;

export type OptionalMember = (typeof OPTIONAL)[number];

/** All of them: what a subject has whose platform lacks nothing. */
export const EVERYTHING: ReadonlySet<OptionalMember> = new Set(OPTIONAL);

interface Subject {
  /** What it has of what an adapter may leave out: each is held to the contract, the others must be absent. */
  readonly has: ReadonlySet<OptionalMember>;
}

/** An implementation that dials, and a server for it with the paths of the test server. */
export interface DialledSubject extends Subject {
  readonly dialer: Dialer;
  /** The server's URL, without a path. */
  readonly server: () => string;
}

/** One that accepts: what is about the dial itself is not asked of it. */
export interface AcceptedSubject extends Subject {
  /** Resolves with a socket just accepted, whose other end behaves as the path of the test server says. */
  accept(path: string, protocols: string[], sink: RecordingSink): Promise<Adapter>;
}

export type ContractSubject = DialledSubject | AcceptedSubject;

type Act = () => Promise<void>;

/** Holds `subject` to the contract. */
export function describeContract(name: string, subject: ContractSubject): void {
  const dials = "dialer" in subject;
  const testOfDial = (title: string, act: Act): void => {
    if (dials) test(title, act);
  };
  const start = async (
    path: string,
    protocols: string[] = [],
    sink = new RecordingSink(),
  ): Promise<[Adapter, RecordingSink]> => {
    if (!dials) return [await subject.accept(path, protocols, sink), sink];
    const request = { url: subject.server() + path, protocols, options: {} };
    const adapter = subject.dialer.dial(request, sink);
    expect(sink.names).toEqual([]);
    return [adapter, sink];
  };
  const open = async (path: string, protocols?: string[]): Promise<[Adapter, RecordingSink]> => {
    const [adapter, sink] = await start(path, protocols);
    await sink.next("open");
    return [adapter, sink];
  };
  const shut = async (adapter: Adapter, sink: RecordingSink): Promise<void> => {
    adapter.close(1000, "");
    await sink.next("close");
  };

  describe(`${name}: opening`, () => {
    test("nothing is reported from within the call that makes it, and open comes first", async () => {
      const [adapter, sink] = await start("/burst?text=hello");
      expect(sink.names).toEqual([]);
      expect(adapter.readyState).toBeLessThan(2);
      await sink.next("message");
      expect(sink.names).toEqual(["open", "message"]);
      await shut(adapter, sink);
    });

    test("the subprotocol that the server chose is known at open, and is empty without one", async () => {
      const [chosen, sink] = await open("/echo?choose=two", ["one", "two"]);
      expect(chosen.protocol).toBe("two");
      await shut(chosen, sink);
      const [plain, plainSink] = await open("/echo");
      expect(plain.protocol).toBe("");
      expect(plain.extensions).toBe("");
      await shut(plain, plainSink);
    });

    testOfDial("a refused handshake is one error and one abnormal close", async () => {
      const [adapter, sink] = await start("/nowhere");
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
      expect(sink.names).toEqual(["error", "close"]);
      expect(adapter.readyState).toBeGreaterThan(1);
    });

    testOfDial("closing during the dial ends it without open", async () => {
      const [adapter, sink] = await start("/echo");
      adapter.close(1000, "");
      expect(sink.names).toEqual([]);
      const [, info] = await sink.next("close");
      expect(info.wasClean).toBe(false);
      expect(sink.names).toEqual(["close"]);
    });
  });

  describe(`${name}: messages`, () => {
    test("text and bytes keep their kind and their order, empty ones too", async () => {
      const [adapter, sink] = await open("/echo");
      const sent = ["text", new Uint8Array([1, 2, 255]), "", new Uint8Array(0), "ünï 😀"];
      for (const data of sent) adapter.send(data);
      for (const data of sent) expect(await sink.next("message")).toEqual(["message", data]);
      await shut(adapter, sink);
    });

    test("bytes are taken before send returns", async () => {
      const [adapter, sink] = await open("/echo");
      const bytes = new Uint8Array([1, 2, 3]);
      adapter.send(bytes);
      bytes.fill(9);
      expect(await sink.next("message")).toEqual(["message", new Uint8Array([1, 2, 3])]);
      await shut(adapter, sink);
    });

    test("a Blob keeps its place, and counts while it is read", async () => {
      const [adapter, sink] = await open("/echo");
      for (const data of ["a", new Blob(["bc"]), "d"]) adapter.send(data);
      expect(adapter.bufferedAmount).toBe(4);
      for (const data of ["a", new Uint8Array([98, 99]), "d"]) {
        expect(await sink.next("message")).toEqual(["message", data]);
      }
      await shut(adapter, sink);
    });

    test("a view sends its own part of the memory only", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.send(new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
      expect(await sink.next("message")).toEqual(["message", new Uint8Array([2, 3])]);
      await shut(adapter, sink);
    });

    test("an unpaired surrogate is sent as U+FFFD", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.send("a\ud800b");
      expect(await sink.next("message")).toEqual(["message", "a\ufffdb"]);
      await shut(adapter, sink);
    });

    test("bufferedAmount counts bytes of UTF-8 within the task that sent them", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.send("ü😀");
      adapter.send(new Uint8Array(10));
      expect(adapter.bufferedAmount).toBe(16);
      await sink.next("message");
      await sink.next("message");
      expect(adapter.bufferedAmount).toBe(0);
      await shut(adapter, sink);
    });

    test("with separate tasks all microtasks run between two messages", async () => {
      const sink = new RecordingSink();
      const seen: string[] = [];
      sink.message = async (data): Promise<void> => {
        seen.push(`${data}`);
        for (let hop = 0; hop < 20; hop += 1) await null;
        seen.push("microtasks");
      };
      sink.separateTasks = true;
      await start("/burst?text=a&text=b&text=c&close", [], sink);
      await sink.next("close");
      expect(seen).toEqual(["a", "microtasks", "b", "microtasks", "c", "microtasks"]);
      expect(sink.names).toEqual(["open", "close"]);
    });
  });

  describe(`${name}: closing`, () => {
    test("the peer's code and reason are reported, cleanly and without an error", async () => {
      const [adapter, sink] = await start("/close?code=4001&reason=so%20long");
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 4001, reason: "so long", wasClean: true });
      expect(sink.names).toEqual(["open", "close"]);
      expect(adapter.readyState).toBeGreaterThan(1);
    });

    test("a close frame without a code is 1005", async () => {
      const [, sink] = await start("/close");
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 1005, reason: "", wasClean: true });
    });

    test("close ends it with the code and reason given, once", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.close(3001, "bye");
      adapter.close(3002, "again");
      expect(adapter.readyState).toBeGreaterThan(1);
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 3001, reason: "bye", wasClean: true });
      expect(sink.names).toEqual(["open", "close"]);
    });

    test("close leaves behind everything that was sent", async () => {
      const [adapter, sink] = await open("/close-after-message?code=4002");
      adapter.send("x".repeat(200_000));
      adapter.close(3000, "");
      const [, info] = await sink.next("close");
      expect(info.code).toBe(4002);
    });

    test("a connection that is dropped is one error and one abnormal close", async () => {
      const [adapter, sink] = await open("/terminate-after-message");
      adapter.send("now");
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
      expect(sink.names.filter((name) => name !== "drain")).toEqual(["open", "error", "close"]);
    });
  });

  describe(`${name}: what only some platforms have`, () => {
    /** A test of what the subject claims to have; where it doesn't, its absence has been tested. */
    const testOf = (members: readonly OptionalMember[], title: string, act: Act): void => {
      if (members.every((member) => subject.has.has(member))) test(title, act);
    };

    test("what the platform lacks is absent, and nothing else", async () => {
      const [adapter, sink] = await open("/echo");
      const offered = OPTIONAL.filter((member) => (adapter[member] ?? false) !== false);
      expect(offered).toEqual(OPTIONAL.filter((member) => subject.has.has(member)));
      await shut(adapter, sink);
    });

    testOf(["remoteAddress"], "the peer's address is ip:port", async () => {
      const [adapter, sink] = await open("/echo");
      expect(adapter.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
      await shut(adapter, sink);
    });

    testOf(["reportsDrain"], "drain says that everything has left", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.send("x".repeat(100_000));
      await sink.next("drain");
      expect(adapter.bufferedAmount).toBe(0);
      await sink.next("message");
      await shut(adapter, sink);
    });

    testOf(["reportsDrain", "terminate"], "drain says that some has left", async () => {
      const [adapter, sink] = await open("/unread");
      const stuck = 32 * 1024 * 1024;
      adapter.send("first");
      adapter.send(new Uint8Array(stuck));
      await sink.next("drain");
      expect(adapter.bufferedAmount).toBe(stuck);
      adapter.terminate?.();
      await sink.next("close");
    });

    testOf(["terminate"], "terminate drops the connection without an error", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.terminate?.();
      expect(sink.names).toEqual(["open"]);
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
      expect(sink.names).toEqual(["open", "close"]);
    });

    if (dials)
      testOf(["terminate"], "terminate ends a dial", async () => {
        const [adapter, sink] = await start("/silent");
        adapter.terminate?.();
        await sink.next("close");
        expect(sink.names).toEqual(["close"]);
      });

    testOf(["ping"], "ping is answered by a pong with its payload", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.ping?.(new Uint8Array([7, 8]));
      expect(await sink.next("pong")).toEqual(["pong", new Uint8Array([7, 8])]);
      await shut(adapter, sink);
    });
  });

  const describePausing = (): void => {
    /** Resolves when another connection has had its echo: those asked for before are there too. */
    const elsewhere = async (): Promise<void> => {
      const [adapter, sink] = await open("/echo");
      adapter.send("first");
      await sink.next("message");
      await shut(adapter, sink);
    };

    test("nothing is reported between pause and resume", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.pause?.();
      adapter.send("held");
      await elsewhere();
      expect(sink.names).not.toContain("message");
      adapter.resume?.();
      expect(await sink.next("message")).toEqual(["message", "held"]);
      await shut(adapter, sink);
    });

    test("close reads on, so that the peer's answer is seen", async () => {
      const [adapter, sink] = await open("/flood?count=200&bytes=65536");
      adapter.pause?.();
      adapter.send("go");
      adapter.close(1000, "enough");
      // Once closing has begun nothing may keep it from its end.
      adapter.pause?.();
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 1000, reason: "enough", wasClean: true });
    });

    test("terminate works, and nothing follows but the end", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.pause?.();
      adapter.send("held");
      await elsewhere();
      adapter.terminate?.();
      await sink.next("close");
      expect(sink.names.filter((each) => each !== "drain")).toEqual(["open", "close"]);
    });

    testOfDial("pause and resume do nothing before open and after the end", async () => {
      const [adapter, sink] = await start("/nowhere");
      adapter.pause?.();
      adapter.resume?.();
      await sink.next("close");
      adapter.pause?.();
      adapter.resume?.();
      expect(sink.names).toEqual(["error", "close"]);
    });
  };

  const describeCloseWith = (): void => {
    test.each([1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999])("sends %i", async (code) => {
      const [adapter, sink] = await open("/echo");
      adapter.closeWith?.(code, "away");
      expect(adapter.readyState).toBeGreaterThan(1);
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code, reason: "away", wasClean: true });
      expect(sink.names).toEqual(["open", "close"]);
    });

    test.each([
      [999, ""],
      [1004, ""],
      [1005, ""],
      [1006, ""],
      [1015, ""],
      [2999, ""],
      [5000, ""],
      [1000.5, ""],
      [1001, "x".repeat(124)],
    ])("refuses %d in every state, and closes nothing", async (code, reason) => {
      const [adapter, sink] = await start("/echo");
      const refused = { kind: "INVALID", code: "ERR_INVALID_CLOSE", details: { code } };
      const expectRefusal = (): void =>
        expect(() => adapter.closeWith?.(code, reason)).toThrow(expect.objectContaining(refused));
      expectRefusal();
      await sink.next("open");
      expectRefusal();
      expect(adapter.readyState).toBeLessThan(2);
      await shut(adapter, sink);
      expectRefusal();
    });

    test("leaves behind everything that was sent", async () => {
      const [adapter, sink] = await open("/close-after-message?code=4002");
      adapter.send(new Blob(["x".repeat(200_000)]));
      adapter.closeWith?.(1001, "");
      const [, info] = await sink.next("close");
      expect(info.code).toBe(4002);
    });

    test("does nothing once closing has begun", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.closeWith?.(1001, "first");
      adapter.closeWith?.(1011, "second");
      adapter.close(1000, "third");
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 1001, reason: "first", wasClean: true });
    });

    testOfDial("ends a dial without open", async () => {
      const [adapter, sink] = await start("/echo");
      adapter.closeWith?.(1001, "");
      expect(sink.names).toEqual([]);
      await sink.next("close");
      expect(sink.names).toEqual(["close"]);
    });
  };

  if (subject.has.has("pause")) describe(`${name}: pausing`, describePausing);
  if (subject.has.has("closeWith")) describe(`${name}: closeWith`, describeCloseWith);
}
