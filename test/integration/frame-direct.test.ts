/** Frames that go past Node's stream to the system, over real sockets: what arrives, in which order, what is
 *  counted, and that no request is used again while it is under way, which would end the process. */

import { once } from "node:events";
import { createServer, Socket } from "node:net";
import { constants } from "node:os";
import { connect as connectSecure, createServer as createSecureServer } from "node:tls";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Frame } from "../../src/adapter/frame-batch.ts";
import { FrameWriter } from "../../src/adapter/frame-writer.ts";
import { createAuthority, createCertificate } from "../support/certificates.ts";
import { patterned, senderFrame } from "../support/frame-streams.ts";
import {
  BINARY,
  openFramed,
  STUCK_BYTES,
  TEXT,
  turn,
  turns,
  until,
} from "../support/framed-pair.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import { listen } from "../support/listening.ts";
import { collect, connectPair, handleUnder, Wired, WriteWatch } from "../support/wired.ts";

const SMALL_BYTES = 10_000;
const EPIPE = -constants.errno.EPIPE;
const EINVAL = -constants.errno.EINVAL;
const ECONNRESET = -constants.errno.ECONNRESET;

const textFrame = (text: string): Buffer => senderFrame(TEXT, Buffer.from(text), false);
const binaryFrames = (list: readonly Buffer[]): Buffer =>
  Buffer.concat(list.map((data) => senderFrame(BINARY, data, false)));

describe.runIf(IS_OWN_FRAMING)("small frames", () => {
  test("go past the stream once Node has written one, and arrive in order", async () => {
    const wired = await Wired.open();
    const watch = new WriteWatch(wired.socket);
    const received = collect(wired.peer);
    const frames: Buffer[] = [];
    for (let count = 0; count < 10; count += 1) {
      wired.send(`${count}`);
      if (count % 2 === 0) wired.sendFrame(new Frame(`${count} for all`));
      await turn();
      frames.push(textFrame(`${count}`));
      if (count % 2 === 0) frames.push(textFrame(`${count} for all`));
    }
    const expected = Buffer.concat(frames);
    expect(await received.until(expected.length)).toEqual(expected);
    expect(watch).toMatchObject({ direct: 15, byStream: 0, reused: 0 });
    expect(wired.output.bytes).toBe(0);
  });

  test("are learned from one write of the stream, which leaves the socket as it was", async () => {
    vi.resetModules();
    const { FrameWriter: Fresh } = await import("../../src/adapter/frame-writer.ts");
    const [socket, peer] = await connectPair();
    const byStream = vi.spyOn(socket, "_write");
    const received = collect(peer);
    const writer = new Fresh(socket, true);
    for (const text of ["first", "second", "third"]) {
      writer.writeText(text);
      writer.flush();
    }
    const expected = Buffer.concat(["first", "second", "third"].map(textFrame));
    expect(await received.until(expected.length)).toEqual(expected);
    expect(byStream).toHaveBeenCalledTimes(1);
    expect(Object.hasOwn(handleUnder(socket), "writeBuffer")).toBe(false);
  });

  test("of a turn are one write", async () => {
    const wired = await Wired.open();
    const watch = new WriteWatch(wired.socket);
    for (let count = 0; count < 100; count += 1) wired.send(`${count}`);
    await turn();
    expect(watch).toMatchObject({ direct: 1, byStream: 0 });
  });
});

describe.runIf(IS_OWN_FRAMING)("goes by the stream alone", () => {
  /** Writes `count` frames, each a write of its own; returns what the peer got. */
  async function writeFrames(socket: Socket, peer: Socket, count: number): Promise<Buffer> {
    const writer = new FrameWriter(socket, true);
    const received = collect(peer);
    for (let done = 0; done < count; done += 1) {
      writer.writeText("text");
      writer.flush();
      await turn();
    }
    return await received.until(count * textFrame("text").length);
  }

  const expected = Buffer.concat([1, 2, 3].map(() => textFrame("text")));

  test("a socket whose write was replaced before the first frame", async () => {
    await Wired.open();
    const [socket, peer] = await connectPair();
    const watch = new WriteWatch(socket);
    const { write } = socket;
    let bytes = 0;
    Reflect.set(socket, "write", (chunk: Buffer, ...rest: unknown[]) => {
      bytes += chunk.length;
      return Reflect.apply(write, socket, [chunk, ...rest]);
    });
    expect(await writeFrames(socket, peer, 3)).toEqual(expected);
    expect(watch.direct).toBe(0);
    expect(bytes).toBe(expected.length);
  });

  test("a class of its own made of Socket", async () => {
    await Wired.open();
    class OwnSocket extends Socket {}
    const server = createServer({ pauseOnConnect: true });
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const socket = new OwnSocket();
    onTestFinished(() => void socket.destroy());
    socket.connect(await listen(server), "127.0.0.1");
    const [[peer]] = await Promise.all([accepted, once(socket, "connect")]);
    const watch = new WriteWatch(socket);
    expect(await writeFrames(socket, peer, 3)).toEqual(expected);
    expect(watch.direct).toBe(0);
  });

  test("TLS", async () => {
    await Wired.open();
    const ca = await createAuthority();
    const server = createSecureServer(await createCertificate("localhost", ca));
    const accepted = once(server, "secureConnection") as Promise<[Socket]>;
    const port = await listen(server);
    const peer = connectSecure({ port, host: "127.0.0.1", servername: "localhost", ca: ca.cert });
    onTestFinished(() => void peer.destroy());
    const [socket] = await accepted;
    const watch = new WriteWatch(socket);
    expect(await writeFrames(socket, peer, 3)).toEqual(expected);
    expect(watch.direct).toBe(0);
    expect(watch.byStream).toBeGreaterThanOrEqual(3);
  });
});

describe.runIf(IS_OWN_FRAMING)("a peer that does not read", () => {
  /** What of its messages a wire can't have handed to the system, at the very least. */
  function leastUnsent({ socket, sentBytes }: Wired, before: number): number {
    const { bytesWritten, writeQueueSize } = handleUnder(socket);
    return sentBytes - (bytesWritten - writeQueueSize - before);
  }

  test("gets all in order later, and what has not left is counted until then", async () => {
    const wired = await Wired.open();
    const { output, peer } = wired;
    const before = handleUnder(wired.socket).bytesWritten;
    const watch = new WriteWatch(wired.socket);
    const sent = await wired.fill(SMALL_BYTES);
    expect(watch).toMatchObject({ direct: sent.length, byStream: 0 });
    expect(output.bytes).toBe(SMALL_BYTES);
    expect(output.waitingBytes).toBeGreaterThan(SMALL_BYTES);
    const { direct } = watch;
    for (let seed = 0; seed < 60; seed += 1) {
      const data = patterned([5, 300, 20_000, 70_000, 200_000][seed % 5] ?? 0, seed);
      sent.push(data);
      if (seed % 3 === 0) wired.sendFrame(new Frame(data));
      else wired.send(data);
      if (seed % 4 === 0) await turn();
      expect(output.bytes).toBeGreaterThanOrEqual(leastUnsent(wired, before));
    }
    // While one waits past the stream, nothing else goes there.
    expect(watch.direct).toBe(direct);
    expect(watch.byStream).toBeGreaterThan(0);
    const expected = binaryFrames(sent);
    const received = collect(peer);
    while (output.bytes > 0) {
      expect(output.bytes).toBeGreaterThanOrEqual(leastUnsent(wired, before));
      await turn();
    }
    expect((await received.until(expected.length)).equals(expected)).toBe(true);
    expect([output.bytes, output.waitingBytes, watch.reused]).toEqual([0, 0, 0]);
    wired.send("past the stream again");
    await turn();
    expect(await received.until(expected.length + 1)).toHaveLength(expected.length + 23);
  });

  test("waits along with another, each with a request of its own", async () => {
    const both = [await Wired.open(), await Wired.open()];
    const watches = both.map(({ socket }) => new WriteWatch(socket));
    const sent = await Promise.all(both.map((wired) => wired.fill(SMALL_BYTES)));
    for (const { socket, output } of both) {
      expect(handleUnder(socket).writeQueueSize).toBeGreaterThan(0);
      expect(output.bytes).toBe(SMALL_BYTES);
    }
    for (const [index, wired] of both.entries()) {
      const expected = binaryFrames(sent[index] ?? []);
      const bytes = await collect(wired.peer).until(expected.length);
      expect(bytes.equals(expected)).toBe(true);
      await until(() => wired.output.bytes === 0);
    }
    expect(watches.map(({ reused }) => reused)).toEqual([0, 0]);
  });

  test("takes no request from another that is still under way though nothing is queued", async () => {
    const [one, other] = [await Wired.open(), await Wired.open()];
    const watches = [one, other].map(({ socket }) => new WriteWatch(socket));
    const large = new Frame(Buffer.alloc(STUCK_BYTES));
    const { bytes } = large.after(null);
    // A peer that reads makes room between the two tries of the system: the second takes all the rest, and yet
    // the request is under way until a later turn. Here one that waits is made to look like that.
    const handle = handleUnder(one.socket);
    Object.defineProperty(handle, "writeQueueSize", { value: 0, configurable: true });
    for (const wired of [one, other]) wired.sendFrame(large);
    await turn();
    Reflect.deleteProperty(handle, "writeQueueSize");
    expect(handle.writeQueueSize).toBeGreaterThan(0);
    expect(watches.map(({ reused }) => reused)).toEqual([0, 0]);
    // The memory of what waits is kept for as long.
    expect(bytes.length).toBeGreaterThan(STUCK_BYTES);
  });
});

describe.runIf(IS_OWN_FRAMING)(
  "a connection that is lost while a frame waits past the stream",
  () => {
    test.each([
      ["reset by the peer", 1, ({ peer }: Wired) => void peer.resetAndDestroy()],
      ["dropped", 0, ({ wire }: Wired) => wire.terminate()],
    ])("%s keeps the count of what was not taken, and ends once", async (_name, errors, end) => {
      const wired = await Wired.open();
      const watch = new WriteWatch(wired.socket);
      await wired.fill(SMALL_BYTES);
      expect(watch.byStream).toBe(0);
      end(wired);
      await until(() => wired.lines.length > 0);
      await turns(5);
      expect(wired.lines).toEqual(["end 1006 "]);
      expect(wired.errors).toBe(errors);
      expect(wired.output.bytes).toBe(SMALL_BYTES);
      wired.send("late");
      await turns(2);
      expect(wired.output.bytes).toBe(SMALL_BYTES + 4);
    });

    test("is reported with one error and one close", async () => {
      const { adapter, sink, peer } = await openFramed({ isServer: true });
      let unsent = 0;
      for (; unsent === 0; unsent = adapter.unsentBytes) {
        adapter.send(new Uint8Array(SMALL_BYTES));
        await turn();
      }
      peer.resetAndDestroy();
      await sink.next("close");
      await turns(5);
      expect(sink.names.filter((name) => name !== "drain")).toEqual(["open", "error", "close"]);
      expect(adapter.bufferedAmount).toBe(unsent);
    });
  },
);

describe.runIf(IS_OWN_FRAMING)("a system that refuses a write", () => {
  /** Makes the next `count` writes of a socket fail. */
  function refuse(socket: Socket, count: number, status = EPIPE): () => number {
    const handle = handleUnder(socket);
    const { writeBuffer } = handle;
    let refused = 0;
    handle.writeBuffer = (request, bytes) => {
      if (refused >= count) return writeBuffer.call(handle, request, bytes);
      refused += 1;
      return status;
    };
    return () => refused;
  }

  test("since the handle is closed is asked again by the stream, and nothing is lost", async () => {
    const wired = await Wired.open();
    const received = collect(wired.peer);
    const refused = refuse(wired.socket, 1, EINVAL);
    for (const text of ["a", "b", "c"]) {
      wired.send(text);
      await turn();
    }
    const expected = Buffer.concat(["a", "b", "c"].map(textFrame));
    expect(await received.until(expected.length)).toEqual(expected);
    await until(() => wired.output.bytes === 0);
    expect([refused(), wired.errors]).toEqual([1, 0]);
  });

  test("once fails the connection, with what it said first", async () => {
    const wired = await Wired.open();
    const failed = once(wired.socket, "error");
    refuse(wired.socket, 1, ECONNRESET);
    wired.send("never taken");
    expect((await failed)[0]).toMatchObject({ code: "ECONNRESET", syscall: "write" });
    await until(() => wired.lines.length > 0);
    expect([wired.lines, wired.output.bytes]).toEqual([["end 1006 "], 11]);
  });

  test("for good fails the connection, and what was refused stays counted", async () => {
    const wired = await Wired.open();
    const failed = once(wired.socket, "error");
    refuse(wired.socket, Number.POSITIVE_INFINITY);
    wired.send("never taken");
    const [error] = await failed;
    expect(error).toMatchObject({ code: "EPIPE", syscall: "write" });
    await until(() => wired.lines.length > 0);
    await turns(5);
    expect(wired.lines).toEqual(["end 1006 "]);
    expect([wired.errors, wired.output.bytes]).toEqual([1, 11]);
  });

  test("later, having let it wait, fails the connection likewise", async () => {
    const wired = await Wired.open();
    const handle = handleUnder(wired.socket);
    const requests: { oncomplete?(status: number): void }[] = [];
    handle.writeBuffer = (request) =>
      requests.push(Object.assign(request, { getAsyncId: () => 1 })) - 1;
    Object.defineProperty(handle, "writeQueueSize", { value: 1, configurable: true });
    wired.send("never taken");
    await turn();
    expect(requests).toHaveLength(1);
    const failed = once(wired.socket, "error");
    requests[0]?.oncomplete?.(EPIPE);
    expect((await failed)[0]).toMatchObject({ code: "EPIPE", errno: EPIPE, syscall: "write" });
    await until(() => wired.lines.length > 0);
    expect(wired.lines).toEqual(["end 1006 "]);
    expect([wired.errors, wired.output.bytes]).toEqual([1, 11]);
  });
});

describe.runIf(IS_OWN_FRAMING)("whoever uses the socket as well", () => {
  test("has what he writes in one piece, frames before it or behind it", async () => {
    const wired = await Wired.open();
    const received = collect(wired.peer);
    wired.send("first");
    await turn();
    const raw = Buffer.alloc(STUCK_BYTES, 1);
    wired.peer.pause();
    wired.socket.write(raw);
    wired.socket.write(raw);
    wired.send("last");
    await turn();
    wired.peer.resume();
    const expected = Buffer.concat([textFrame("first"), raw, raw, textFrame("last")]);
    expect((await received.until(expected.length)).equals(expected)).toBe(true);
  });

  test("is not told of idleness while frames leave: those are written by the stream then", async () => {
    const wired = await Wired.open();
    wired.send("past the stream");
    await turn();
    const watch = new WriteWatch(wired.socket);
    wired.socket.setTimeout(60_000);
    wired.send("by the stream");
    await turn();
    expect([watch.direct, watch.byStream]).toEqual([0, 1]);
  });
});
