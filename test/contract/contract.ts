/** The contract of the port: what every adapter must do, whatever socket it stands on. */

import { describe, expect, test } from "vitest";
import type { Adapter, Dialer } from "../../src/adapter/adapter.ts";
import { RecordingSink } from "../support/recording-sink.ts";

/** An implementation under test, and a server for it with the paths of the test server. */
export interface ContractSubject {
  readonly dialer: Dialer;
  /** The server's URL, without a path. */
  readonly server: () => string;
  /** Whether the platform tells when output has left. */
  readonly drains: boolean;
}

/** Holds `subject` to the contract. */
export function describeContract(name: string, subject: ContractSubject): void {
  const dial = (path: string, protocols: string[] = []): [Adapter, RecordingSink] => {
    const sink = new RecordingSink();
    const request = { url: subject.server() + path, protocols, options: {} };
    return [subject.dialer.dial(request, sink), sink];
  };
  const open = async (path: string, protocols?: string[]): Promise<[Adapter, RecordingSink]> => {
    const [adapter, sink] = dial(path, protocols);
    await sink.next("open");
    return [adapter, sink];
  };
  const shut = async (adapter: Adapter, sink: RecordingSink): Promise<void> => {
    adapter.close(1000, "");
    await sink.next("close");
  };

  describe(`${name}: opening`, () => {
    test("nothing is reported from within the dial, and open comes first", async () => {
      const [adapter, sink] = dial("/burst?text=hello");
      expect(sink.names).toEqual([]);
      expect(adapter.closing).toBe(false);
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

    test("the peer's address is ip:port, or empty where the platform does not tell", async () => {
      const [adapter, sink] = await open("/echo");
      expect(adapter.remoteAddress ?? "").toMatch(/^(127\.0\.0\.1:\d+)?$/);
      await shut(adapter, sink);
    });

    test("a refused handshake is one error and one abnormal close", async () => {
      const [adapter, sink] = dial("/nowhere");
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
      expect(sink.names).toEqual(["error", "close"]);
      expect(adapter.closing).toBe(true);
    });

    test("closing during the dial ends it without open", async () => {
      const [adapter, sink] = dial("/echo");
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

    test("bufferedBytes counts bytes of UTF-8 within the task that sent them", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.send("ü😀");
      adapter.send(new Uint8Array(10));
      expect(adapter.bufferedBytes).toBe(16);
      await sink.next("message");
      await sink.next("message");
      expect(adapter.bufferedBytes).toBe(0);
      await shut(adapter, sink);
    });

    test("drain says that everything has left", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.send("x".repeat(100_000));
      if (subject.drains) {
        await sink.next("drain");
        expect(adapter.bufferedBytes).toBe(0);
      }
      await sink.next("message");
      expect(sink.names.includes("drain")).toBe(subject.drains);
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
      const url = `${subject.server()}/burst?text=a&text=b&text=c&close`;
      sink.separateTasks = true;
      subject.dialer.dial({ url, protocols: [], options: {} }, sink);
      await sink.next("close");
      expect(seen).toEqual(["a", "microtasks", "b", "microtasks", "c", "microtasks"]);
      expect(sink.names).toEqual(["open", "close"]);
    });
  });

  describe(`${name}: closing`, () => {
    test("the peer's code and reason are reported, cleanly and without an error", async () => {
      const [adapter, sink] = dial("/close?code=4001&reason=so%20long");
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 4001, reason: "so long", wasClean: true });
      expect(sink.names).toEqual(["open", "close"]);
      expect(adapter.closing).toBe(true);
    });

    test("a close frame without a code is 1005", async () => {
      const [, sink] = dial("/close");
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 1005, reason: "", wasClean: true });
    });

    test("close ends it with the code and reason given, once", async () => {
      const [adapter, sink] = await open("/echo");
      adapter.close(3001, "bye");
      adapter.close(3002, "again");
      expect(adapter.closing).toBe(true);
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
    test("terminate drops the connection without an error", async () => {
      const [adapter, sink] = await open("/echo");
      if (!adapter.terminate) return shut(adapter, sink);
      adapter.terminate();
      expect(sink.names).toEqual(["open"]);
      const [, info] = await sink.next("close");
      expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
      expect(sink.names).toEqual(["open", "close"]);
    });

    test("terminate ends a dial", async () => {
      const [adapter, sink] = dial("/silent");
      if (!adapter.terminate) adapter.close(1000, "");
      else adapter.terminate();
      await sink.next("close");
      expect(sink.names).toEqual(["close"]);
    });

    test("ping is answered by a pong with its payload", async () => {
      const [adapter, sink] = await open("/echo");
      if (adapter.ping) {
        adapter.ping(new Uint8Array([7, 8]));
        expect(await sink.next("pong")).toEqual(["pong", new Uint8Array([7, 8])]);
      }
      await shut(adapter, sink);
    });

    test("nothing is reported between pause and resume", async () => {
      const [adapter, sink] = await open("/echo");
      if (adapter.pause && adapter.resume) {
        adapter.pause();
        adapter.send("held");
        // By the time that another connection has its echo, the held one has been answered too.
        const [other, otherSink] = await open("/echo");
        other.send("first");
        await otherSink.next("message");
        await shut(other, otherSink);
        expect(sink.names).not.toContain("message");
        adapter.resume();
        expect(await sink.next("message")).toEqual(["message", "held"]);
      }
      await shut(adapter, sink);
    });
  });
}
