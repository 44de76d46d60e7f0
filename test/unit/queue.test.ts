import { describe, expect, test, vi } from "vitest";
import { Queue, type Received, SENT } from "../../src/connection/queue.ts";

const END = { value: undefined, ok: false };

function got(value: unknown): unknown {
  return { value, ok: true };
}

/** A queue that holds `values`. */
function queueOf<T>(capacity: number, ...values: T[]): Queue<T> {
  const queue = new Queue<T>(capacity);
  for (const value of values) queue.push(value);
  return queue;
}

/** Waits `count` times, and collects what comes as `[number of the wait, what it got]`. */
function awaitReceives(queue: Queue<number>, count: number): [number, Received<number>][] {
  const log: [number, Received<number>][] = [];
  for (let index = 0; index < count; index += 1) {
    queue.awaitReceive((received) => log.push([index, received]));
  }
  return log;
}

function awaitSends(queue: Queue<number>, ...values: number[]): [number, Received<undefined>][] {
  const log: [number, Received<undefined>][] = [];
  for (const value of values) queue.awaitSend(value, (received) => log.push([value, received]));
  return log;
}

describe("attemptReceive", () => {
  test("gives the values in the order they came", () => {
    const queue = queueOf(2, 1, 2);
    expect([queue.attemptReceive(), queue.attemptReceive()]).toEqual([got(1), got(2)]);
  });

  test("gives null where it would have to wait", () => {
    expect(queueOf(2).attemptReceive()).toBeNull();
  });

  test("gives values that are undefined", () => {
    expect(queueOf(1, undefined).attemptReceive()).toEqual(got(undefined));
  });

  test("lets the value of the oldest waiting sender into the buffer", () => {
    const queue = queueOf(1, 1);
    const sent = awaitSends(queue, 2, 3);
    expect(queue.attemptReceive()).toEqual(got(1));
    expect(sent).toEqual([[2, SENT]]);
    expect([queue.length, queue.waiting]).toEqual([1, 1]);
    expect(queue.attemptReceive()).toEqual(got(2));
    expect(queue.attemptReceive()).toEqual(got(3));
    expect(queue.waiting).toBe(0);
  });

  test("takes the value straight from a sender where the capacity is 0", () => {
    const queue = queueOf<number>(0);
    const sent = awaitSends(queue, 1);
    expect(queue.attemptReceive()).toEqual(got(1));
    expect(sent).toEqual([[1, SENT]]);
    expect(queue.attemptReceive()).toBeNull();
  });

  test("lets no sender in while the buffer is above its capacity", () => {
    const queue = queueOf(1, 1, 2);
    const sent = awaitSends(queue, 3);
    expect(queue.attemptReceive()).toEqual(got(1));
    expect([queue.length, sent]).toEqual([1, []]);
    expect(queue.attemptReceive()).toEqual(got(2));
    expect([queue.length, sent]).toEqual([1, [[3, SENT]]]);
  });
});

describe("attemptSend", () => {
  test("fills the buffer, and has no place beyond its capacity", () => {
    const queue = queueOf<number>(2);
    expect([1, 2, 3].map((value) => queue.attemptSend(value))).toEqual([SENT, SENT, null]);
    expect(queue.length).toBe(2);
  });

  test("hands the value to the receiver that waits longest", () => {
    const queue = queueOf<number>(0);
    const received = awaitReceives(queue, 2);
    expect([queue.attemptSend(5), queue.attemptSend(6), queue.attemptSend(7)]).toEqual([
      SENT,
      SENT,
      null,
    ]);
    expect(received).toEqual([
      [0, got(5)],
      [1, got(6)],
    ]);
  });

  test("tells that the queue is closed, and keeps the value out", () => {
    const queue = queueOf<number>(2);
    queue.end();
    expect(queue.attemptSend(1)).toEqual(END);
    expect(queue.length).toBe(0);
  });
});

describe("push", () => {
  test("serves a waiting receiver first", () => {
    const queue = queueOf<number>(1);
    const received = awaitReceives(queue, 1);
    queue.push(1);
    expect([received, queue.length]).toEqual([[[0, got(1)]], 0]);
  });

  test("goes beyond the capacity", () => {
    expect(queueOf(1, 1, 2, 3).length).toBe(3);
  });

  test("drops the value once the queue is closed", () => {
    const queue = queueOf<number>(1);
    queue.end();
    queue.push(1);
    expect([queue.length, queue.attemptReceive()]).toEqual([0, END]);
  });
});

describe("waiters", () => {
  test("leave nothing behind when they are cancelled", () => {
    const queue = queueOf<number>(0);
    const cancels = [
      queue.awaitReceive(() => expect.unreachable()),
      queue.awaitReceive(() => expect.unreachable()),
    ];
    expect(queue.waiting).toBe(2);
    for (const cancel of cancels) cancel();
    expect([queue.waiting, queue.attemptSend(1)]).toEqual([0, null]);
    queue.awaitSend(1, () => expect.unreachable())();
    expect([queue.waiting, queue.attemptReceive()]).toEqual([0, null]);
  });

  test("keep their order when one in the middle is cancelled", () => {
    const queue = queueOf<number>(0);
    const log: string[] = [];
    queue.awaitReceive(({ value }) => log.push(`first ${value}`));
    const cancel = queue.awaitReceive(() => log.push("second"));
    queue.awaitReceive(({ value }) => log.push(`third ${value}`));
    cancel();
    for (const value of [1, 2]) queue.attemptSend(value);
    expect(log).toEqual(["first 1", "third 2"]);
  });

  test("may use the same function several times", () => {
    const queue = queueOf<number>(0);
    const settle = vi.fn();
    queue.awaitReceive(settle);
    queue.awaitReceive(settle);
    queue.push(1);
    queue.push(2);
    expect(settle.mock.calls).toEqual([[got(1)], [got(2)]]);
  });

  test("are not touched by a cancellation that comes late", () => {
    const queue = queueOf<number>(0);
    const cancel = queue.awaitReceive(() => {});
    queue.push(1);
    const received = awaitReceives(queue, 1);
    cancel();
    queue.push(2);
    expect(received).toEqual([[0, got(2)]]);
  });

  test("are served in order when there are very many", () => {
    const queue = queueOf<number>(0);
    const values = Array.from({ length: 200_000 }, (_, index) => index);
    const settle = vi.fn();
    for (const value of values) queue.awaitSend(value, settle);
    const received = values.map(() => queue.attemptReceive()?.value);
    expect(received).toEqual(values);
    expect([settle.mock.calls.length, queue.waiting]).toEqual([200_000, 0]);
  });
});

describe("end", () => {
  test("leaves the buffered values readable, and then ends", () => {
    const queue = queueOf(2, 1, 2);
    queue.end();
    const received = [1, 2, 3, 4].map(() => queue.attemptReceive());
    expect(received).toEqual([got(1), got(2), END, END]);
  });

  test("tells waiting receivers that nothing comes", () => {
    const queue = queueOf<number>(1);
    const received = awaitReceives(queue, 2);
    queue.end();
    expect(received).toEqual([
      [0, END],
      [1, END],
    ]);
    expect(queue.waiting).toBe(0);
  });

  test("refuses the values of waiting senders", () => {
    const queue = queueOf(1, 1);
    const sent = awaitSends(queue, 2);
    queue.end();
    expect(sent).toEqual([[2, END]]);
    expect(queue.waiting).toBe(0);
    expect([queue.attemptReceive(), queue.attemptReceive()]).toEqual([got(1), END]);
  });

  test("passes over a waiter that an earlier one cancels", () => {
    const queue = queueOf<number>(0);
    const log: string[] = [];
    queue.awaitReceive(() => {
      log.push("receiver");
      cancel();
    });
    const cancel = queue.awaitSend(1, () => log.push("sender"));
    queue.end();
    expect([log, queue.waiting]).toEqual([["receiver"], 0]);
  });

  test("does nothing the second time", () => {
    const queue = queueOf<number>(0);
    queue.end();
    queue.end();
    expect(queue.closed).toBe(true);
  });
});

test("onTake is told of each value that left the buffer", () => {
  const queue = queueOf(2, 1, 2);
  const taken: [number, number][] = [];
  queue.onTake = (value) => taken.push([value, queue.length]);
  queue.attemptReceive();
  queue.attemptReceive();
  queue.attemptReceive();
  expect(taken).toEqual([
    [1, 1],
    [2, 0],
  ]);
});

test("onTake is not told of a value that went straight to a receiver", () => {
  const queue = queueOf<number>(2);
  const onTake = vi.fn();
  queue.onTake = onTake;
  awaitReceives(queue, 1);
  queue.push(1);
  expect(onTake).not.toHaveBeenCalled();
});
