import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connectWith } from "../../src/connection/connect.ts";
import type { ConnectOptions } from "../../src/connection/connect-options.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { createFakeDialer, type FakePeer } from "../support/fake-dialer.ts";
import { rejected } from "../support/sockets.ts";

async function open(options: ConnectOptions = {}): Promise<[Connection, FakePeer]> {
  const dialer = createFakeDialer();
  const connecting = connectWith(dialer, "ws://user:word@fake.test/chat?token=secret", options);
  await Promise.resolve();
  dialer.peer.accept();
  return [await connecting, dialer.peer];
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Everything that can be pending, by what asks for it. */
const PENDING: Readonly<Record<string, (connection: Connection) => Promise<unknown>>> = {
  receive: (connection) => connection.receive({ timeout: Number.POSITIVE_INFINITY }),
  "channel().receive": (connection) => connection.channel().receive(),
  "for await": (connection) => connection[Symbol.asyncIterator]().next(),
  batches: (connection) => connection.batches().next(),
  "readable.read": (connection) => connection.readable.getReader().read(),
  send: (connection) => connection.send("never read"),
  sendBytes: (connection) => connection.sendBytes([1]),
  "writable.write": (connection) => connection.writable.getWriter().write("never read"),
  ping: (connection) => connection.ping({ timeout: Number.POSITIVE_INFINITY }),
  close: (connection) => connection.close(),
  closed: (connection) => connection.closed,
};

describe("every pending promise settles when the connection ends", () => {
  test.each(Object.keys(PENDING))("%s, when it is lost", async (name) => {
    const [connection, peer] = await open();
    const outcome = PENDING[name]?.(connection).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await Promise.resolve();
    peer.drop();
    const settled = await outcome;
    expect(settled).toBeDefined();
    expect(vi.getTimerCount()).toBe(0);
    const fails = !["receive", "channel().receive", "close", "closed"].includes(name);
    if (fails) expect(settled).toEqual({ error: connection.error });
  });

  test.each(Object.keys(PENDING))("%s, when it is closed in order", async (name) => {
    const [connection, peer] = await open();
    const outcome = PENDING[name]?.(connection).then(
      () => "resolved",
      () => "rejected",
    );
    await Promise.resolve();
    peer.close(1000, "bye");
    expect(await outcome).toBe(/^(send|ping|writable)/.test(name) ? "rejected" : "resolved");
    expect(connection.error).toBeNull();
  });
});

describe("send", () => {
  test("resolves once the network has taken it, in order, however much is sent behind it", async () => {
    const [connection, peer] = await open();
    const seen: string[] = [];
    const first = connection.send("one").then(() => seen.push("one"));
    const second = connection.send("two").then(() => seen.push("two"));
    await Promise.resolve();
    expect(seen).toEqual([]);
    peer.read();
    await Promise.all([first, second]);
    expect(seen).toEqual(["one", "two"]);
  });

  test("writeTimeout drops the connection and rejects with TIMEOUT", async () => {
    const [connection, peer] = await open({ writeTimeout: "1s" });
    const sending = rejected(connection.send("stuck"));
    vi.advanceTimersByTime(1_000);
    expect(await sending).toMatchObject({ kind: "TIMEOUT", code: "ERR_WRITE_TIMEOUT" });
    expect(peer.calls).toContain("terminate");
    expect((await connection.closed).code).toBe(1006);
    expect(connection.error).toMatchObject({ code: "ERR_WRITE_TIMEOUT" });
  });

  test("no error shows user info or query of the URL", async () => {
    const [connection] = await open({ writeTimeout: "1s" });
    const sending = rejected(connection.send("stuck"));
    vi.advanceTimersByTime(1_000);
    expect(`${await sending}`).toContain("ws://fake.test/chat");
    expect(`${await sending}`).not.toMatch(/word|secret/);
  });
});

describe("timeouts", () => {
  test("readTimeout counts from the last message, and ends the connection", async () => {
    const [connection, peer] = await open({ readTimeout: "1s" });
    vi.advanceTimersByTime(900);
    peer.send("alive");
    expect(await connection.receive()).toBe("alive");
    vi.advanceTimersByTime(900);
    expect(connection.connected).toBe(true);
    vi.advanceTimersByTime(100);
    expect((await connection.closed).code).toBe(1006);
    expect(connection.error).toMatchObject({ kind: "TIMEOUT", code: "ERR_READ_TIMEOUT" });
  });

  test("readTimeout takes pings and pongs of the peer for life", async () => {
    const [connection, peer] = await open({ readTimeout: "1s" });
    for (const act of [() => peer.ping(), () => peer.pong(new Uint8Array(1))]) {
      vi.advanceTimersByTime(900);
      act();
      await Promise.resolve();
    }
    vi.advanceTimersByTime(999);
    expect(connection.connected).toBe(true);
    vi.advanceTimersByTime(1);
    await connection.closed;
  });

  test("readTimeout does not count while the inbox is full", async () => {
    const [connection, peer] = await open({ readTimeout: "1s", channelCapacity: 1 });
    peer.send("unread");
    await Promise.resolve();
    expect(peer.calls).toContain("pause");
    vi.advanceTimersByTime(10_000);
    expect(connection.connected).toBe(true);
    expect(await connection.receive()).toBe("unread");
    expect(peer.calls).toContain("resume");
    vi.advanceTimersByTime(2_000);
    await connection.closed;
  });

  test("receive gives null after 30 s, unless it says otherwise", async () => {
    const [connection] = await open();
    const seen: unknown[] = [];
    const short = connection.receive("1s").then((value) => seen.push(["short", value]));
    const usual = connection.receive().then((value) => seen.push(["usual", value]));
    await vi.advanceTimersByTimeAsync(1_000);
    await short;
    expect(seen).toEqual([["short", null]]);
    await vi.advanceTimersByTimeAsync(29_000);
    await usual;
    expect(seen).toHaveLength(2);
  });

  test("ping rejects with TIMEOUT, and the connection goes on", async () => {
    const [connection] = await open();
    const ping = rejected(connection.ping("2s"));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await ping).toMatchObject({
      kind: "TIMEOUT",
      code: "ERR_PING_TIMEOUT",
      retryable: true,
    });
    expect(connection.connected).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the inbox", () => {
  test("pauses at its capacity, resumes at half of it, and drops nothing", async () => {
    const [connection, peer] = await open({ channelCapacity: 4 });
    for (const text of ["1", "2", "3", "4", "5"]) peer.send(text);
    await Promise.resolve();
    expect(peer.calls).toEqual(["pause"]);
    expect(await connection.receive()).toBe("1");
    expect(await connection.receive()).toBe("2");
    expect(peer.calls).toEqual(["pause"]);
    expect(await connection.receive()).toBe("3");
    expect(peer.calls).toEqual(["pause", "resume"]);
    expect([await connection.receive(), await connection.receive()]).toEqual(["4", "5"]);
  });

  test("pauses at 1 MiB, however few messages that is", async () => {
    const [connection, peer] = await open();
    peer.send(new Uint8Array(2 ** 20));
    await Promise.resolve();
    expect(peer.calls).toEqual(["pause"]);
    await connection.receive();
    expect(peer.calls).toEqual(["pause", "resume"]);
  });

  test("bytes are its own: what the adapter does with its memory later changes nothing", async () => {
    const [connection, peer] = await open();
    const memory = Uint8Array.of(1, 2, 3);
    peer.send(memory);
    await Promise.resolve();
    memory.fill(9);
    expect(await connection.receive()).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("a reader that waits gets the message at once: nothing is paused", async () => {
    const [connection, peer] = await open({ channelCapacity: 1 });
    const waiting = connection.receive();
    peer.send("now");
    expect(await waiting).toBe("now");
    expect(peer.calls).toEqual([]);
  });
});

describe("streams", () => {
  test("readable takes a message for each read, and errors with why the connection failed", async () => {
    const [connection, peer] = await open();
    const reader = connection.readable.getReader();
    peer.send("one");
    expect(await reader.read()).toEqual({ value: "one", done: false });
    peer.drop();
    expect(await rejected(reader.read())).toBe(connection.error);
  });

  test("readable ends with the connection, and is the same each time", async () => {
    const [connection, peer] = await open();
    expect(connection.readable).toBe(connection.readable);
    const reader = connection.readable.getReader();
    peer.close();
    expect(await reader.read()).toEqual({ value: undefined, done: true });
  });

  test("readable reads nothing ahead: an unread stream stops the network", async () => {
    const [connection, peer] = await open({ channelCapacity: 2 });
    connection.readable.getReader();
    peer.send("1");
    peer.send("2");
    await Promise.resolve();
    expect(connection.channel().length).toBe(2);
    expect(peer.calls).toEqual(["pause"]);
  });

  test("writable holds the next write back until the network has taken the last", async () => {
    const [connection, peer] = await open();
    const writer = connection.writable.getWriter();
    void writer.write("one");
    void writer.write("two");
    await vi.waitFor(() => expect(peer.received).toEqual(["one"]));
    peer.read();
    await vi.waitFor(() => expect(peer.received).toEqual(["one", "two"]));
    peer.read();
    await writer.ready;
  });

  test("cancelling the one, closing the other: both close the connection", async () => {
    const [first] = await open();
    await first.readable.cancel();
    expect((await first.closed).code).toBe(1000);
    const [second] = await open();
    await second.writable.close();
    expect((await second.closed).code).toBe(1000);
  });
});
