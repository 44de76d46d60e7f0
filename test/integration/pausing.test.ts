/** Pausing: a `ws` socket that is not read for a while must still come to its end. */

import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type WebSocket as Peer, WebSocket as Ws } from "ws";
import type { WebSocketOptions } from "../../src/adapter/adapter.ts";
import { WsAdapter } from "../../src/adapter/ws.ts";
import { createWsDialer } from "../../src/adapter/ws-dialer.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import { startPeerServer } from "../support/listening.ts";
import { RecordingSink } from "../support/recording-sink.ts";

/** More than the buffers of both ends of a connection hold. */
const FLOOD_BYTES = 64 * 1024 * 1024;

const dialer = createWsDialer(Ws);

/** A connection, and the other end of it. */
interface Pair {
  readonly adapter: WsAdapter;
  readonly sink: RecordingSink;
  readonly peer: Peer;
  /** The close code that the peer was sent. */
  readonly told: Promise<number>;
}

async function openPair(options: WebSocketOptions = {}): Promise<Pair> {
  let take: (peer: Peer) => void = () => {};
  const peerOpened = new Promise<Peer>((resolve) => {
    take = resolve;
  });
  const url = await startPeerServer({ serve: (peer) => take(peer) });
  const sink = new RecordingSink();
  const adapter = dialer.dial({ url, protocols: [], options }, sink);
  if (!(adapter instanceof WsAdapter)) throw new Error("it is no adapter over ws");
  const peer = await peerOpened;
  const told = new Promise<number>((resolve) => void peer.once("close", resolve));
  await sink.next("open");
  return { adapter, sink, peer, told };
}

/** Pauses, and lets the peer send more than the connection takes. */
async function openFlooded(): Promise<Pair> {
  const pair = await openPair();
  pair.adapter.pause();
  const started = new Promise((resolve) => void pair.peer.once("message", resolve));
  pair.adapter.send("go");
  await started;
  for (let sent = 0; sent < FLOOD_BYTES; sent += 65_536) pair.peer.send(Buffer.alloc(65_536));
  return pair;
}

describe("a paused connection that the peer has flooded", () => {
  test("holds the peer up, and closes within the closing handshake", async () => {
    const { adapter, sink, peer, told } = await openFlooded();
    expect(peer.bufferedAmount).toBeGreaterThan(0);
    adapter.close(1000, "enough");
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 1000, reason: "enough", wasClean: true });
    expect(await told).toBe(1000);
    expect(sink.names).not.toContain("error");
  });

  test("closes behind a Blob, with any code", async () => {
    const { adapter, sink, told } = await openFlooded();
    adapter.send(new Blob(["last"]));
    adapter.closeWith(1001, "");
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 1001, reason: "", wasClean: true });
    expect(await told).toBe(1001);
  });

  test("cannot be paused again once closing has begun", async () => {
    const { adapter, sink } = await openFlooded();
    // Until it is read there is no close frame yet.
    adapter.send(new Blob(["last"]));
    adapter.close(1000, "");
    adapter.pause();
    const [, info] = await sink.next("close");
    expect(info.wasClean).toBe(true);
  });

  test("is dropped by terminate, and what was not read is not reported", async () => {
    const { adapter, sink, told } = await openFlooded();
    adapter.terminate();
    const [, info] = await sink.next("close");
    expect(info.code).toBe(1006);
    expect(await told).toBe(1006);
    expect(sink.names).not.toContain("message");
  });
});

test("a signal that ends a paused connection: no message comes behind the error", async () => {
  const abort = new AbortController();
  const { adapter, sink, peer } = await openPair({ signal: abort.signal });
  adapter.pause();
  await new Promise((resolve) => peer.send("held", resolve));
  // What was sent before the echo of another connection has arrived when that has.
  const other = await openPair();
  await new Promise((resolve) => other.peer.send("first", resolve));
  await other.sink.next("message");
  other.adapter.terminate();
  abort.abort();
  await sink.next("close");
  expect(sink.names).toEqual(["open", "error", "close"]);
});

test("a peer that closes while it is paused is seen once it reads on", async () => {
  const { adapter, sink, peer } = await openPair();
  adapter.pause();
  peer.send("last");
  peer.close(4000);
  adapter.resume();
  const [, info] = await sink.next("close");
  expect(info).toEqual({ code: 4000, reason: "", wasClean: true });
  expect(sink.names).toEqual(["open", "message", "close"]);
});

test("a message past a readLimit of 0 ends a paused connection with 1009", async () => {
  // So that the bound of the closing handshake can't end it.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { adapter, sink, peer, told } = await openPair({ readLimit: 0 });
  const { message } = sink;
  sink.message = (data) => {
    adapter.pause();
    message.call(sink, data);
  };
  // In one write, so that the second is at hand when the first one pauses.
  Reflect.get(peer, "_socket").cork();
  peer.send("");
  peer.send("x");
  Reflect.get(peer, "_socket").uncork();
  // ws hands over what it has read all the same; frames of ours wait.
  if (IS_OWN_FRAMING) {
    await sink.next("message");
    adapter.resume();
  }
  expect(await told).toBe(1009);
  const [, info] = await sink.next("close");
  expect(info.code).toBe(1006);
  expect(sink.names).toEqual(["open", "message", "error", "close"]);
});
