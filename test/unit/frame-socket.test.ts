/** The wire of our own frames over streams in memory: order, ends, and what a pause may not change. */

import { randomBytes } from "node:crypto";
import { deflateRawSync, constants as zlib } from "node:zlib";
import { describe, expect, test } from "vitest";
import { FrameSocket, receiveLent } from "../../src/adapter/frame-socket.ts";
import { PairedStream } from "../support/duplex-pair.ts";
import { line, readerSettings, senderFrame } from "../support/frame-streams.ts";
import { WireLog } from "../support/wire-log.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const NO_HEAD = Buffer.alloc(0);
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const closeFrame = (code: number, mask: boolean): Buffer =>
  senderFrame(CLOSE, Buffer.of(code >> 8, code & 0xff), mask);

function own(socket: PairedStream, isServer: boolean, head: Buffer = NO_HEAD): WireLog {
  const connection = { socket, head, protocol: "", extensions: "" };
  return new WireLog(new FrameSocket(connection, readerSettings({ isServer })));
}

/** A server of ours, and the other end by hand. */
function serveOne(head?: Buffer): { owner: WireLog; peer: PairedStream; received: () => Buffer } {
  const [socket, peer] = PairedStream.create();
  const chunks: Buffer[] = [];
  peer.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { owner: own(socket, true, head), peer, received: () => Buffer.concat(chunks) };
}

async function turns(count = 10): Promise<void> {
  for (let passed = 0; passed < count; passed += 1) await turn();
}

describe("over a stream that hands on within the call", () => {
  test("an answer that comes amid a send leaves behind that message", async () => {
    const [left, right] = PairedStream.create();
    const client = own(left, false);
    const server = own(right, true);
    await turn();
    // Large enough to leave at once; what is sent on hearing it is not.
    server.onMessage = (data) => {
      if (data.length < 50_000) server.output.send("s".repeat(20_000));
    };
    client.onMessage = () => client.output.send("c".repeat(50_000));
    const texts = ["a".repeat(10_000), "b".repeat(60_000)];
    for (const text of texts) client.output.send(text);
    await turns();
    expect(client.lines).toEqual([line.text("s".repeat(20_000))]);
    expect(server.lines).toEqual([...texts, "c".repeat(50_000)].map(line.text));
  });

  test("what comes while a message is handled is read behind what came with it", async () => {
    const { owner, peer } = serveOne();
    await turn();
    const frames = ["first", "second"].map((each) => senderFrame(TEXT, Buffer.from(each), true));
    peer.once("data", () => peer.write(senderFrame(TEXT, Buffer.from("third"), true)));
    owner.onMessage = (data) => {
      if (data === "first") owner.output.send(new Uint8Array(20_000));
    };
    peer.write(Buffer.concat(frames));
    await turns();
    expect(owner.lines).toEqual(["first", "second", "third"].map(line.text));
  });
});

describe("a peer that ends its side", () => {
  test("while messages are held, with a close frame among them, is answered when they are read", async () => {
    const { owner, peer, received } = serveOne();
    owner.onMessage = () => owner.wire.pause();
    const frames = ["a", "b"].map((each) => senderFrame(TEXT, Buffer.from(each), true));
    peer.end(Buffer.concat([...frames, closeFrame(4001, true)]));
    await turns();
    expect(owner.lines).toEqual([line.text("a")]);
    expect(owner.wire.readyState).toBe(1);
    owner.wire.resume();
    await turns();
    expect(owner.lines).toEqual(["a", "b"].map(line.text));
    owner.wire.resume();
    await turns();
    expect(owner.lines).toEqual([...["a", "b"].map(line.text), "end 4001 "]);
    expect(received()).toEqual(closeFrame(4001, false));
  });

  test("while messages are held, without a close frame, is seen when they are read", async () => {
    const { owner, peer, received } = serveOne();
    owner.onMessage = () => owner.wire.pause();
    const frames = ["a", "b"].map((each) => senderFrame(TEXT, Buffer.from(each), true));
    peer.end(Buffer.concat(frames));
    await turns();
    owner.output.send("still there");
    owner.wire.resume();
    await turns();
    owner.wire.resume();
    await turns();
    expect(owner.lines).toEqual([...["a", "b"].map(line.text), "end 1006 "]);
    expect(received()).toEqual(senderFrame(TEXT, Buffer.from("still there"), false));
  });

  test("is sent what the turn still held, then an end", async () => {
    const { owner, peer, received } = serveOne();
    await turn();
    const ended = new Promise((resolve) => void peer.on("end", () => resolve(true)));
    peer.end();
    owner.output.send("last");
    expect(await ended).toBe(true);
    expect(received()).toEqual(senderFrame(TEXT, Buffer.from("last"), false));
    owner.output.send("late");
    await turns();
    expect(owner.output.bytes).toBe(4);
    expect(owner.lines).toEqual(["end 1006 "]);
  });
});

describe("a pause before anything was read", () => {
  test("keeps what came with the handshake in front of what is read into lent memory", async () => {
    const frames = ["a", "b", "c"].map((each) => senderFrame(TEXT, Buffer.from(each), false));
    const [socket] = PairedStream.create();
    const [head = NO_HEAD, ...later] = frames;
    const owner = own(socket, false, head);
    owner.wire.pause();
    for (const frame of later) {
      const memory = Buffer.from(frame);
      // A decrypted stream may go on for a while when it has been told to stop.
      receiveLent(socket as never, memory);
      memory.fill(0);
    }
    await turns();
    expect(owner.lines).toEqual([]);
    owner.wire.resume();
    await turns();
    expect(owner.lines).toEqual(["a", "b", "c"].map(line.text));
  });
});

describe("a listener that throws", () => {
  test.each(["at once", "in pieces"])("costs no message, and repeats none, %s", async (name) => {
    const { owner, peer } = serveOne();
    await turn();
    owner.onMessage = (data) => {
      if (data === "a") throw new Error("of the listener");
    };
    const frames = ["a", "b", "c"].map((each) => senderFrame(TEXT, Buffer.from(each), true));
    const stream = Buffer.concat(frames);
    const first = name === "at once" ? stream.length - 2 : 8;
    const socket = Reflect.get(owner.wire, "receive").bind(owner.wire);
    expect(() => {
      socket(stream.subarray(0, name === "at once" ? first : 3), true);
      socket(stream.subarray(3, first), true);
    }).toThrow("of the listener");
    socket(stream.subarray(first), true);
    expect(owner.lines).toEqual(["a", "b", "c"].map(line.text));
    peer.destroy();
  });
});

describe("a failure while a large message is inflated in the thread pool", () => {
  const EXTENSIONS = "permessage-deflate; server_no_context_takeover";
  const RSV1 = 0x40;

  test("loses neither that message nor what stands behind it", async () => {
    const [socket, peer] = PairedStream.create();
    const connection = { socket, head: NO_HEAD, protocol: "", extensions: EXTENSIONS };
    const owner = new WireLog(new FrameSocket(connection, readerSettings({ isServer: true })));
    const large = randomBytes(40_000);
    const block = deflateRawSync(large, { finishFlush: zlib.Z_SYNC_FLUSH }).subarray(0, -4);
    const frame = senderFrame(BINARY, block, true);
    frame[0] = (frame[0] ?? 0) | RSV1;
    peer.write(Buffer.concat([frame, senderFrame(TEXT, Buffer.from("behind"), true)]));
    await turn();
    expect(owner.lines).toEqual([]);
    socket.destroy(new Error("reset"));
    while (owner.lines.length < 3) await turn();
    expect(owner.lines).toEqual([line.bytes(large), line.text("behind"), "end 1006 "]);
  });
});
