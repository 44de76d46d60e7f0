/** The ends of connections that speak in frames of ours, over TCP and TLS, from either side: what is still
 *  sent, and what is counted for good. */

import { Socket } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Frame } from "../../src/adapter/frame-batch.ts";
import { connect } from "../../src/index.ts";
import { acceptOne } from "../support/accepting.ts";
import { line, patterned } from "../support/frame-streams.ts";
import {
  BINARY,
  CLOSE,
  closePayload,
  type FramedPair,
  hear,
  openFramed,
  PING,
  peerFrames,
  SIDES,
  STUCK_BYTES,
  TEXT,
  turn,
  turns,
  until,
} from "../support/framed-pair.ts";
import { startPeerServer } from "../support/listening.ts";
import { RecordingSink } from "../support/recording-sink.ts";
import { rejected } from "../support/sockets.ts";

/** A text of one letter as a client sends it. */
const MASKED_LETTER_BYTES = 7;

describe.each(SIDES)("%s", (_name, side) => {
  const { isServer, isSecure } = side;

  test("writes nothing behind a close frame, and all that was sent in front of it", async () => {
    const { adapter, sink, peer } = await openFramed(side);
    adapter.send("text");
    adapter.ping(Buffer.from("ping"));
    adapter.sendFrame(new Frame("for many"));
    adapter.close(4000, "bye");
    adapter.send("late");
    adapter.ping(Buffer.from("late"));
    adapter.sendFrame(new Frame("late"));
    peer.write(peerFrames(isServer, [PING, "late"], [TEXT, "late"]));
    peer.write(peerFrames(isServer, [CLOSE, closePayload(4000)]));
    const lines = await hear(peer, isServer);
    expect(lines).toEqual([
      line.text("text"),
      line.ping(Buffer.from("ping")),
      line.text("for many"),
      line.close(4000, "bye"),
    ]);
    await sink.next("close");
    expect(adapter.bufferedAmount).toBe(8);
  });

  test("sends what its turn still held when the peer has closed in that turn", async () => {
    const { adapter, sink, peer } = await openFramed(side);
    sink.message = () => {
      adapter.send("answer");
      adapter.sendFrame(new Frame("for many"));
    };
    peer.write(peerFrames(isServer, [TEXT, "question"], [CLOSE, closePayload(4001)]));
    const answers = ["answer", "for many"].map(line.text);
    expect(await hear(peer, isServer)).toEqual([...answers, line.close(4001, "")]);
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 4001, reason: "", wasClean: true });
    expect(adapter.bufferedAmount).toBe(0);
  });

  test("sends what its turn still held when the peer has ended its side", async () => {
    const { adapter, sink, peer } = await openFramed(side);
    sink.message = () => adapter.send("answer");
    peer.end(peerFrames(isServer, [TEXT, "question"]));
    expect(await hear(peer, isServer)).toEqual([line.text("answer")]);
    const [, info] = await sink.next("close");
    expect(info.code).toBe(1006);
    expect(adapter.bufferedAmount).toBe(0);
  });

  test("counts for good what it was sent in the turn in which it is dropped", async () => {
    const { adapter, sink } = await openFramed(side);
    adapter.send("a".repeat(100));
    adapter.send(new Uint8Array(1000));
    adapter.terminate();
    await sink.next("close");
    await turns(5);
    expect(adapter.bufferedAmount).toBe(1100);
  });

  test.each([
    ["destroyed", (peer: Socket) => void peer.destroy()],
    ["reset", (peer: Socket) => void peer.resetAndDestroy()],
  ])(
    "counts for good what a connection had not taken that is %s by the peer",
    async (name, end) => {
      // A TLS socket can't be reset by Node.
      if (isSecure && name === "reset") return;
      const { adapter, sink, peer } = await openFramed(side);
      adapter.send(new Uint8Array(STUCK_BYTES));
      await turn();
      adapter.send("in the slab");
      end(peer);
      await sink.next("error");
      const [, info] = await sink.next("close");
      expect(info.code).toBe(1006);
      await turns(5);
      expect(adapter.bufferedAmount).toBe(STUCK_BYTES + 11);
      adapter.send("late");
      expect(adapter.bufferedAmount).toBe(STUCK_BYTES + 15);
    },
  );

  test("asks the system not to wait for more to send", async () => {
    const asked = vi.spyOn(Socket.prototype, "setNoDelay");
    onTestFinished(() => asked.mockRestore());
    const { peer } = await openFramed(side);
    const sockets = asked.mock.contexts.filter((socket) => socket instanceof Socket);
    const ports = sockets.map(({ localPort }) => localPort);
    expect(ports).toContain(peer.remotePort);
  });

  test("hands over what had come in full when the peer dies within a message", async () => {
    const { sink, peer } = await openFramed(side);
    const frames = peerFrames(isServer, [TEXT, "whole"], [BINARY, patterned(100_000, 1)]);
    peer.write(frames.subarray(0, -1), () => peer.destroy());
    const [, info] = await sink.next("close");
    expect(info.code).toBe(1006);
    expect(sink.names).toEqual(["open", "message", "error", "close"]);
  });
});

test("what had come in while nobody read is handed over when the peer resets", async () => {
  const sink = new RecordingSink();
  const { adapter, socket, client } = await acceptOne("/silent", sink);
  await sink.next("open");
  await until(() => client.readyState === client.OPEN);
  adapter.pause();
  const texts = ["a", "b", "c"];
  // Each by itself, as chunks of their own.
  for (const [index, text] of texts.entries()) {
    client.send(text);
    await until(() => socket.readableLength === (index + 1) * MASKED_LETTER_BYTES);
  }
  Reflect.get(client, "_socket").resetAndDestroy();
  await sink.next("close");
  expect(sink.names).toEqual(["open", "message", "message", "message", "error", "close"]);
});

describe("a server whose client ends its side at once", () => {
  test.each([
    ["TCP", false],
    ["TLS", true],
  ])("is sent the answer to what came last, over %s", async (_name, isSecure) => {
    const { adapter, sink, peer } = await openFramed({ isServer: true, isSecure });
    adapter.pause();
    const heard = hear(peer, true);
    await new Promise<void>((resolve) => peer.end(peerFrames(true, [TEXT, "last"]), resolve));
    // Both have come in before either is read.
    await turns(20);
    sink.message = () => adapter.send("answer");
    adapter.resume();
    await sink.next("close");
    expect(await heard).toEqual([line.text("answer")]);
  });

  test("answers a close frame that it had not read yet", async () => {
    const { adapter, sink, peer } = await openFramed({ isServer: true });
    const note = sink.message.bind(sink);
    sink.message = (data) => {
      note(data);
      adapter.pause();
    };
    const heard = hear(peer, true);
    peer.end(peerFrames(true, [TEXT, "a"], [TEXT, "b"], [CLOSE, closePayload(4003)]));
    await sink.next("message");
    await turns(5);
    adapter.resume();
    await sink.next("message");
    adapter.resume();
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 4003, reason: "", wasClean: true });
    expect(await heard).toEqual([line.close(4003, "")]);
  });
});

describe("Connection.send", () => {
  async function connectUnread(): Promise<
    [Awaited<ReturnType<typeof connect>>, FramedPair["peer"]]
  > {
    let take: (socket: Socket) => void = () => {};
    const accepted = new Promise<Socket>((resolve) => {
      take = resolve;
    });
    const url = await startPeerServer({
      serve: (peer, { socket }) => {
        peer.pause();
        take(socket);
      },
    });
    const connection = await connect(url);
    onTestFinished(() => void connection.close());
    return [connection, await accepted];
  }

  test("resolves when the network has taken the message, and not before", async () => {
    const [connection, peer] = await connectUnread();
    await connection.send("small");
    let isDone = false;
    const sent = connection.send(new Uint8Array(STUCK_BYTES)).then(() => {
      isDone = true;
    });
    await turns(20);
    expect(isDone).toBe(false);
    peer.resume();
    await sent;
  });

  test("rejects for all that a connection held when it died", async () => {
    const [connection, peer] = await connectUnread();
    const large = connection.send(new Uint8Array(STUCK_BYTES));
    const failures = [rejected(large)];
    await turn();
    for (let count = 0; count < 5; count += 1) failures.push(rejected(connection.send(`${count}`)));
    peer.destroy();
    for (const failure of failures) expect(await failure).toBeInstanceOf(Error);
  });
});
