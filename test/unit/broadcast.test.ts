import { expect, test } from "vitest";
import { Frame } from "../../src/adapter/frame-batch.ts";
import type { Backlog } from "../../src/server/backlog.ts";
import { catchUp, deliver, type Overflow } from "../../src/server/broadcast.ts";
import type { Peer } from "../../src/server/peer.ts";

const MAX_UNSENT = 2000;

/** What of a peer is asked for, its network turned by hand. */
class FakePeer {
  backlog: Backlog | null = null;
  readonly sent: string[] = [];
  readonly adapter = {
    readyState: 1,
    waitingBytes: 0,
    awaitDrain: () => {},
    sendFrame: (frame: Frame) => {
      this.sent.push(`${frame.data}`);
      this.adapter.waitingBytes += frame.payloadBytes;
    },
  };
  get peer(): Peer {
    return this as unknown as Peer;
  }
}

/** A text that begins with its name; of two of them more than one has no room in a backlog. */
const large = (name: string): string => name.padEnd(1400, ".");

/** Sends to one. @returns how many received it, and the topics of the messages that were dropped */
function send(
  text: string,
  { peer }: FakePeer,
  overflow: Overflow,
  topic: string | null = null,
): [receivers: number, dropped: (string | null)[]] {
  const dropped: (string | null)[] = [];
  const receivers = deliver(new Frame(text), [peer], {
    overflow,
    topic,
    maxUnsent: MAX_UNSENT,
    handleDropped: (_peer, messages, of) => {
      for (let i = 0; i < messages; i += 1) dropped.push(of);
    },
    handleError: (_peer, error) => {
      throw error;
    },
  });
  return [receivers, dropped];
}

test("who keeps up is sent everything, whatever may be dropped", () => {
  const fake = new FakePeer();
  for (const overflow of ["close", "drop-oldest", "drop-newest"] as const) {
    fake.adapter.waitingBytes = MAX_UNSENT;
    expect(send(overflow, fake, overflow)).toEqual([1, []]);
  }
  expect(fake.sent).toEqual(["close", "drop-oldest", "drop-newest"]);
});

test("one that is behind counts as receiver where a message is kept, and not where it is dropped", () => {
  const fake = new FakePeer();
  fake.adapter.waitingBytes = MAX_UNSENT + 1;
  expect(send(large("kept"), fake, "drop-oldest")).toEqual([1, []]);
  expect(send("dropped", fake, "drop-newest")).toEqual([0, [null]]);
  expect(send(large("newest"), fake, "drop-oldest")).toEqual([1, [null]]);
  expect(fake.sent).toEqual([]);
});

test("what is dropped is told of with its own topic, not with that of the message it made room for", () => {
  const fake = new FakePeer();
  fake.adapter.waitingBytes = MAX_UNSENT + 1;
  expect(send("small", fake, "drop-oldest", "a")).toEqual([1, []]);
  expect(send(large("b"), fake, "drop-oldest", "b")).toEqual([1, []]);
  expect(send(large("c"), fake, "drop-oldest", "c")).toEqual([1, ["a", "b"]]);
  expect(send("d", fake, "drop-newest", "d")).toEqual([0, ["d"]]);
});

test("one that is closing is no receiver", () => {
  const fake = new FakePeer();
  fake.adapter.readyState = 2;
  expect(send("late", fake, "close")).toEqual([0, []]);
  expect(fake.sent).toEqual([]);
});

test("what is kept goes out as far as there is room, and nothing overtakes it", () => {
  const fake = new FakePeer();
  fake.adapter.waitingBytes = MAX_UNSENT + 1;
  for (const text of ["aaaa", "bbbb"]) send(text, fake, "drop-oldest");
  fake.adapter.waitingBytes = MAX_UNSENT - 2;
  expect(send("c", fake, "drop-oldest")).toEqual([1, []]);
  expect(fake.sent).toEqual(["aaaa"]);
  fake.adapter.waitingBytes = 0;
  catchUp(fake.peer, MAX_UNSENT);
  expect(fake.sent).toEqual(["aaaa", "bbbb", "c"]);
  catchUp(fake.peer, MAX_UNSENT);
  expect(send("d", fake, "drop-newest")).toEqual([1, []]);
  expect(fake.sent).toEqual(["aaaa", "bbbb", "c", "d"]);
});

test("room that nobody told of is found at the next message", () => {
  const fake = new FakePeer();
  fake.adapter.waitingBytes = MAX_UNSENT + 1;
  send("kept", fake, "drop-oldest");
  fake.adapter.waitingBytes = 0;
  expect(send("next", fake, "drop-newest")).toEqual([1, []]);
  expect(fake.sent).toEqual(["kept", "next"]);
});

test("catching up never sends to one for whom more than the limit waits", () => {
  const fake = new FakePeer();
  fake.adapter.waitingBytes = MAX_UNSENT + 1;
  for (const text of ["aa", "bb", "cc", "dd"]) send(text, fake, "drop-oldest");
  fake.adapter.waitingBytes = MAX_UNSENT - 5;
  catchUp(fake.peer, MAX_UNSENT);
  expect(fake.sent).toEqual(["aa", "bb", "cc"]);
});
