import { expect, test } from "vitest";
import { Frame } from "../../src/adapter/ws-frame.ts";
import type { Backlog } from "../../src/server/backlog.ts";
import { catchUp, deliver, type Overflow } from "../../src/server/broadcast.ts";
import type { Peer } from "../../src/server/peer.ts";

const MAX_UNSENT = 10;

/** What of a peer is asked for, its network turned by hand. */
class FakePeer {
  backlog: Backlog | null = null;
  readonly sent: string[] = [];
  readonly adapter = {
    readyState: 1,
    stuckBytes: 0,
    sendFrame: (frame: Frame) => {
      this.sent.push(`${frame.data}`);
      if (this.#writesAtOnce) this.adapter.stuckBytes += frame.payloadBytes + 2;
    },
  };
  readonly #writesAtOnce: boolean;

  /** @param writesAtOnce as where each message is compressed for one client alone; else at the end of the turn */
  constructor(writesAtOnce = false) {
    this.#writesAtOnce = writesAtOnce;
  }

  get peer(): Peer {
    return this as unknown as Peer;
  }
}

/** Sends to one. @returns how many received it, and how many messages were dropped */
function send(text: string, { peer }: FakePeer, overflow: Overflow): [number, number] {
  let dropped = 0;
  const receivers = deliver(new Frame(text), [peer], {
    overflow,
    maxUnsent: MAX_UNSENT,
    handleDropped: (_peer, messages) => {
      dropped += messages;
    },
    handleError: (_peer, error) => {
      throw error;
    },
  });
  return [receivers, dropped];
}

test("who keeps up is sent everything, whatever may be dropped", () => {
  const fake = new FakePeer();
  fake.adapter.stuckBytes = MAX_UNSENT;
  for (const overflow of ["close", "drop-oldest", "drop-newest"] as const) {
    expect(send(overflow, fake, overflow)).toEqual([1, 0]);
  }
  expect(fake.sent).toEqual(["close", "drop-oldest", "drop-newest"]);
});

test("one that is behind counts as receiver where a message is kept, and not where it is dropped", () => {
  const fake = new FakePeer();
  fake.adapter.stuckBytes = MAX_UNSENT + 1;
  expect(send("kept", fake, "drop-oldest")).toEqual([1, 0]);
  expect(send("dropped", fake, "drop-newest")).toEqual([0, 1]);
  expect(send("12345678", fake, "drop-oldest")).toEqual([1, 1]);
  expect(fake.sent).toEqual([]);
});

test("one that is closing is no receiver", () => {
  const fake = new FakePeer();
  fake.adapter.readyState = 2;
  expect(send("late", fake, "close")).toEqual([0, 0]);
  expect(fake.sent).toEqual([]);
});

test("what is kept goes out as far as there is room, and nothing overtakes it", () => {
  const fake = new FakePeer();
  fake.adapter.stuckBytes = MAX_UNSENT + 1;
  for (const text of ["aaaa", "bbbb"]) send(text, fake, "drop-oldest");
  fake.adapter.stuckBytes = MAX_UNSENT - 2;
  expect(send("c", fake, "drop-oldest")).toEqual([1, 0]);
  expect(fake.sent).toEqual(["aaaa"]);
  fake.adapter.stuckBytes = 0;
  catchUp(fake.peer, MAX_UNSENT);
  expect(fake.sent).toEqual(["aaaa", "bbbb", "c"]);
  catchUp(fake.peer, MAX_UNSENT);
  expect(send("d", fake, "drop-newest")).toEqual([1, 0]);
  expect(fake.sent).toEqual(["aaaa", "bbbb", "c", "d"]);
});

test("room that nobody told of is found at the next message", () => {
  const fake = new FakePeer();
  fake.adapter.stuckBytes = MAX_UNSENT + 1;
  send("kept", fake, "drop-oldest");
  fake.adapter.stuckBytes = 0;
  expect(send("next", fake, "drop-newest")).toEqual([1, 0]);
  expect(fake.sent).toEqual(["kept", "next"]);
});

test("catching up never brings one that writes at once over the limit on which it is closed", () => {
  const fake = new FakePeer(true);
  fake.adapter.stuckBytes = MAX_UNSENT + 1;
  for (const text of ["aa", "bb", "cc", "dd"]) send(text, fake, "drop-oldest");
  fake.adapter.stuckBytes = 0;
  let stuckBefore = 0;
  const { sendFrame } = fake.adapter;
  fake.adapter.sendFrame = (frame) => {
    stuckBefore = Math.max(stuckBefore, fake.adapter.stuckBytes);
    sendFrame(frame);
  };
  catchUp(fake.peer, MAX_UNSENT);
  expect(fake.sent).toEqual(["aa", "bb", "cc"]);
  expect(stuckBefore).toBeLessThanOrEqual(MAX_UNSENT);
});
