/** Replies that are made while messages are handled: when they leave, in which order, and that none is lost. */

import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/index.ts";
import { line, senderFrame } from "../support/frame-streams.ts";
import {
  CLOSE,
  closePayload,
  hear,
  openFramed,
  PING,
  peerFrames,
  SIDES,
  TEXT,
  turn,
} from "../support/framed-pair.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import { startPeerServer } from "../support/listening.ts";
import { runProgram } from "../support/run-program.ts";
import { collect, Wired, WriteWatch } from "../support/wired.ts";

const textFrames = (...texts: string[]): Buffer =>
  Buffer.concat(texts.map((text) => senderFrame(TEXT, Buffer.from(text), false)));

/** A wire that echoes. */
async function openEcho(): Promise<{ wired: Wired; watch: WriteWatch }> {
  const wired = await Wired.open();
  const watch = new WriteWatch(wired.socket);
  wired.onMessage = (data) => wired.send(data);
  return { wired, watch };
}

describe.runIf(IS_OWN_FRAMING)("replies to the messages of one chunk", () => {
  test("have left as one write when the chunk has been read, before anything else is done", async () => {
    const { wired, watch } = await openEcho();
    const received = collect(wired.peer);
    wired.wire.receive(peerFrames(true, [TEXT, "a"], [TEXT, "b"], [TEXT, "c"]), false);
    expect(wired.output.unsentBytes).toBe(0);
    expect([watch.direct, watch.byStream]).toEqual([1, 0]);
    const expected = textFrames("a", "b", "c");
    expect(await received.until(expected.length)).toEqual(expected);
    await turn();
    expect([watch.direct, watch.byStream]).toEqual([1, 0]);
  });

  test("leave behind what the turn had sent before", async () => {
    const { wired, watch } = await openEcho();
    const received = collect(wired.peer);
    wired.send("before");
    wired.wire.receive(peerFrames(true, [TEXT, "a"]), false);
    wired.send("behind");
    const expected = textFrames("before", "a", "behind");
    expect(await received.until(expected.length)).toEqual(expected);
    expect(watch.direct).toBe(2);
  });

  test("that were made before a listener threw are not lost, and those of later turns leave", async () => {
    const { wired } = await openEcho();
    const received = collect(wired.peer);
    wired.onMessage = (data) => {
      if (data === "c") throw new Error("of the listener");
      wired.send(data);
    };
    const chunk = peerFrames(true, [TEXT, "a"], [TEXT, "b"], [TEXT, "c"]);
    expect(() => wired.wire.receive(chunk, false)).toThrow("of the listener");
    expect(wired.output.unsentBytes).toBe(0);
    wired.send("later");
    const expected = textFrames("a", "b", "later");
    expect(await received.until(expected.length)).toEqual(expected);
  });

  test("leave also where it is the first reply of all", async () => {
    const { adapter, sink, peer } = await openFramed({ isServer: true });
    sink.message = (data) => adapter.send(data);
    const received = collect(peer);
    peer.write(peerFrames(true, [TEXT, "a"], [TEXT, "b"]));
    const expected = textFrames("a", "b");
    expect(await received.until(expected.length)).toEqual(expected);
  });

  test("leave where the listener stops reading amid the chunk", async () => {
    const { wired } = await openEcho();
    const received = collect(wired.peer);
    wired.onMessage = (data) => {
      wired.send(data);
      wired.wire.pause();
    };
    wired.wire.receive(peerFrames(true, [TEXT, "a"], [TEXT, "b"]), false);
    expect(wired.output.unsentBytes).toBe(0);
    wired.wire.resume();
    await turn();
    wired.wire.resume();
    const expected = textFrames("a", "b");
    expect(await received.until(expected.length)).toEqual(expected);
  });
});

test.runIf(IS_OWN_FRAMING)("a ping among messages is answered in its place", async () => {
  const { wired } = await openEcho();
  const received = collect(wired.peer);
  wired.wire.receive(peerFrames(true, [TEXT, "a"], [PING, "ping"], [TEXT, "b"]), false);
  const pong = senderFrame(10, Buffer.from("ping"), false);
  const expected = Buffer.concat([textFrames("a"), pong, textFrames("b")]);
  expect(await received.until(expected.length)).toEqual(expected);
});

describe.each(SIDES)("%s", (_name, side) => {
  const { isServer } = side;

  test("answers messages, a ping and a close frame of one chunk in their order", async () => {
    const { adapter, sink, peer } = await openFramed(side);
    sink.message = (data) => adapter.send(data);
    const heard = hear(peer, isServer);
    const chunk = peerFrames(isServer, [TEXT, "a"], [PING, "ping"], [TEXT, "b"]);
    peer.write(Buffer.concat([chunk, peerFrames(isServer, [CLOSE, closePayload(4000)])]));
    const [, info] = await sink.next("close");
    expect(info.code).toBe(4000);
    const lines = [line.text("a"), line.pong(Buffer.from("ping")), line.text("b")];
    expect(await heard).toEqual([...lines, line.close(4000, "")]);
    expect(adapter.bufferedAmount).toBe(0);
  });

  test("that closes in a handler sends its replies first, and none behind", async () => {
    const { adapter, sink, peer } = await openFramed(side);
    sink.message = (data) => {
      adapter.send(data);
      if (data === "b") adapter.close(4001, "");
    };
    const heard = hear(peer, isServer);
    peer.write(peerFrames(isServer, [TEXT, "a"], [TEXT, "b"], [TEXT, "c"]));
    peer.write(peerFrames(isServer, [CLOSE, closePayload(4001)]));
    await sink.next("close");
    expect(await heard).toEqual([line.text("a"), line.text("b"), line.close(4001, "")]);
  });
});

test("replies of a loop over a client arrive in its order", async () => {
  const heard: string[] = [];
  let take: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    take = resolve;
  });
  const url = await startPeerServer({
    serve: (peer) => {
      peer.on("message", (data) => {
        if (heard.push(`${data}`) === 3) take();
      });
      for (const text of ["a", "b", "c"]) peer.send(text);
    },
  });
  const connection = await connect(url);
  onTestFinished(() => void connection.close());
  for await (const message of connection) {
    void connection.send(`re: ${message}`);
    if (message === "c") break;
  }
  await done;
  expect(heard).toEqual(["re: a", "re: b", "re: c"]);
});

test("a process that exits in a handler has sent its replies", async () => {
  const heard: string[] = [];
  let close: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const url = await startPeerServer({
    serve: (peer) => {
      peer.on("close", () => close());
      peer.on("message", (data) => {
        heard.push(`${data}`);
        // By then it has sent before.
        peer.send("second");
      });
      peer.send("first");
    },
  });
  const { code } = await runProgram("last-reply", [url]);
  await closed;
  expect([code, heard]).toEqual([0, ["re: first", "re: second"]]);
});
