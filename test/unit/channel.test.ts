import { describe, expect, test, vi } from "vitest";
import { Channel } from "../../src/connection/channel.ts";

const END = { value: undefined, ok: false };
const CLOSED = { kind: "INTERNAL", code: "ERR_CHANNEL_CLOSED", retryable: false };

/** What a promise has come to by the next turn of the loop. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = "pending";
  promise.then(
    () => {
      state = "fulfilled";
    },
    () => {
      state = "rejected";
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  return state;
}

describe("channels, new", () => {
  test("wippy channel.new: without a size, each send waits for its receiver", async () => {
    const channel = new Channel<string>();
    const sending = channel.send("a");
    expect([channel.capacity, channel.length, await stateOf(sending)]).toEqual([0, 0, "pending"]);
    expect(await channel.receive()).toEqual({ value: "a", ok: true });
    await sending;
  });

  test("wippy channel.new: with a size, that many sends do not wait", async () => {
    const channel = new Channel<number>(2);
    await channel.send(1);
    await channel.send(2);
    const sending = channel.send(3);
    expect([channel.capacity, channel.length, await stateOf(sending)]).toEqual([2, 2, "pending"]);
    expect(await channel.receive()).toEqual({ value: 1, ok: true });
    await sending;
    expect(channel.length).toBe(2);
  });

  test.each([0, 1, 1_000_000])("wippy channel.new: the size %d is taken", (capacity) => {
    expect(new Channel(capacity).capacity).toBe(capacity);
  });

  test.each([-1, 0.5, 1_000_001, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY])(
    "wippy channel.new: the size %d is refused",
    (capacity) => {
      expect(() => new Channel(capacity)).toThrow(
        expect.objectContaining({
          kind: "INVALID",
          code: "ERR_INVALID_OPTION",
          message: `Channel: capacity is ${capacity}, must be a whole number, 0..1000000`,
          details: { option: "capacity" },
        }),
      );
    },
  );

  test("wippy channel.new: a size that is no number is refused", () => {
    // @ts-expect-error not a number
    expect(() => new Channel("1")).toThrow(expect.objectContaining({ kind: "INVALID" }));
  });
});

describe("channels", () => {
  test("wippy channel: receive gives the values in the order they were sent", async () => {
    const channel = new Channel<number>(3);
    for (const value of [1, 2, 3]) await channel.send(value);
    const values = await Promise.all([1, 2, 3].map(async () => (await channel.receive()).value));
    expect(values).toEqual([1, 2, 3]);
  });

  test("wippy channel: receivers that wait are served in the order they came", async () => {
    const channel = new Channel<number>();
    const waiting = [channel.receive(), channel.receive()];
    await channel.send(1);
    await channel.send(2);
    expect(await Promise.all(waiting)).toEqual([
      { value: 1, ok: true },
      { value: 2, ok: true },
    ]);
  });

  test("wippy channel: receive gives what is buffered after the close, and then ok: false", async () => {
    const channel = new Channel<number>(2);
    await channel.send(1);
    channel.close();
    expect([channel.closed, channel.length]).toEqual([true, 1]);
    expect(await channel.receive()).toEqual({ value: 1, ok: true });
    expect(await channel.receive()).toEqual(END);
    expect(await channel.receive()).toEqual(END);
  });

  test("wippy channel: what tells of the end can be changed by nobody", async () => {
    const channel = new Channel<number>();
    channel.close();
    expect(Object.isFrozen(await channel.receive())).toBe(true);
  });

  test("wippy channel: close ends the receives that wait", async () => {
    const channel = new Channel<number>();
    const waiting = [channel.receive(), channel.receive()];
    channel.close();
    expect(await Promise.all(waiting)).toEqual([END, END]);
  });

  test("wippy channel: close refuses the sends that wait", async () => {
    const channel = new Channel<number>();
    const sending = channel.send(1);
    channel.close();
    await expect(sending).rejects.toMatchObject(CLOSED);
    expect(await channel.receive()).toEqual(END);
  });

  test("wippy channel: sending on a closed channel is refused", async () => {
    const channel = new Channel<number>(1);
    channel.close();
    await expect(channel.send(1)).rejects.toMatchObject(CLOSED);
    expect(channel.length).toBe(0);
  });

  test("wippy channel: closing it twice throws", () => {
    const channel = new Channel<number>();
    channel.close();
    expect(() => channel.close()).toThrow(expect.objectContaining(CLOSED));
  });

  test("wippy channel: a value may be undefined, null, or a promise that is not waited for", async () => {
    const channel = new Channel<unknown>(3);
    const never = new Promise(() => {});
    for (const value of [undefined, null, never]) await channel.send(value);
    expect(await channel.receive()).toEqual({ value: undefined, ok: true });
    expect(await channel.receive()).toEqual({ value: null, ok: true });
    expect((await channel.receive()).value).toBe(never);
  });

  test("wippy channel: is the queue that a connection fills beyond its capacity, and ends", async () => {
    const channel = new Channel<number>(3);
    for (const value of [1, 2, 3, 4]) channel.push(value);
    expect([channel.capacity, channel.length]).toEqual([3, 4]);
    expect(await channel.receive()).toEqual({ value: 1, ok: true });
    channel.end();
    expect(channel.closed).toBe(true);
  });
});

describe("for await", () => {
  test("wippy channel: for await goes over the values until it is closed and drained", async () => {
    const channel = new Channel<number>(1);
    const sending = (async () => {
      for (const value of [1, 2, 3]) await channel.send(value);
      channel.close();
    })();
    const values: number[] = [];
    for await (const value of channel) values.push(value);
    await sending;
    expect(values).toEqual([1, 2, 3]);
  });

  test("wippy channel: for await may be left without closing the channel, and loses nothing", async () => {
    const channel = new Channel<number>(3);
    for (const value of [1, 2, 3]) await channel.send(value);
    for await (const value of channel) {
      expect(value).toBe(1);
      break;
    }
    expect(channel.closed).toBe(false);
    expect(await channel.receive()).toEqual({ value: 2, ok: true });
  });
});

describe("an aborted signal", () => {
  const REASON = new Error("enough");
  const CANCELED = { kind: "CANCELED", code: "ERR_ABORTED", retryable: false, cause: REASON };

  test("wippy channel: an aborted signal ends a receive that waits, which consumes nothing", async () => {
    const channel = new Channel<number>(1);
    const abort = new AbortController();
    const receiving = channel.receive({ signal: abort.signal });
    abort.abort(REASON);
    await expect(receiving).rejects.toMatchObject(CANCELED);
    expect(channel.waiting).toBe(0);
    await channel.send(1);
    expect(await channel.receive()).toEqual({ value: 1, ok: true });
  });

  test("wippy channel: an aborted signal ends a send that waits, which sends nothing", async () => {
    const channel = new Channel<number>(0);
    const abort = new AbortController();
    const sending = channel.send(1, { signal: abort.signal });
    abort.abort(REASON);
    await expect(sending).rejects.toMatchObject(CANCELED);
    expect([channel.waiting, channel.attemptReceive()]).toEqual([0, null]);
  });

  test("wippy channel: an aborted signal has a receive rejected although a value is there, and leaves the value", async () => {
    const channel = new Channel<number>(1);
    await channel.send(1);
    const receiving = channel.receive({ signal: AbortSignal.abort(REASON) });
    await expect(receiving).rejects.toMatchObject(CANCELED);
    expect(channel.length).toBe(1);
  });

  test("wippy channel: an aborted signal has a send rejected although there is room", async () => {
    const channel = new Channel<number>(1);
    const sending = channel.send(1, { signal: AbortSignal.abort(REASON) });
    await expect(sending).rejects.toMatchObject(CANCELED);
    expect(channel.length).toBe(0);
  });

  test("wippy channel: an aborted signal that comes late changes nothing", async () => {
    const channel = new Channel<number>(0);
    const abort = new AbortController();
    const sending = channel.send(1, { signal: abort.signal });
    const receiving = channel.receive({ signal: abort.signal });
    abort.abort(REASON);
    expect(await receiving).toEqual({ value: 1, ok: true });
    await sending;
  });

  test("wippy channel: an aborted signal is no longer listened to once the call has settled", async () => {
    const channel = new Channel<number>(0);
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    const receiving = channel.receive({ signal });
    await channel.send(1);
    await receiving;
    const [[, listener] = []] = add.mock.calls;
    expect(remove).toHaveBeenCalledWith("abort", listener);
  });
});
