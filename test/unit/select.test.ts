import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import { Channel } from "../../src/connection/channel.ts";
import { after, select } from "../../src/connection/select.ts";

const CLOSED = { kind: "INTERNAL", code: "ERR_CHANNEL_CLOSED", retryable: false };

/** A channel that holds `values`. */
function channelOf<T>(capacity: number, ...values: T[]): Channel<T> {
  const channel = new Channel<T>(capacity);
  for (const value of values) channel.push(value);
  return channel;
}

describe("select", () => {
  test("wippy channel.select: the first ready case of the list wins, and the others do nothing", async () => {
    const empty = channelOf<number>(1);
    const first = channelOf(1, 1);
    const second = channelOf(1, 2);
    const out = channelOf<number>(1);
    const cases = [empty, first, second].map((channel) => channel.caseReceive());
    const selected = await select([...cases, out.caseSend(3)]);
    expect(selected).toEqual({ channel: first, value: 1, ok: true });
    expect([first.length, second.length, out.length]).toEqual([0, 1, 0]);
  });

  test("wippy channel.select: it takes effect within the call where a case is ready", async () => {
    const channel = channelOf(1, 1);
    const selecting = select([channel.caseReceive()]);
    expect(channel.length).toBe(0);
    await selecting;
  });

  test("wippy channel.select: it waits for the case that gets ready first, and forgets the others", async () => {
    const first = channelOf<string>(0);
    const second = channelOf<string>(0);
    const selecting = select([first.caseReceive(), second.caseReceive()]);
    await second.send("b");
    expect(await selecting).toEqual({ channel: second, value: "b", ok: true });
    expect([first.waiting, second.waiting]).toEqual([0, 0]);
    const sending = first.send("a");
    expect(await first.receive()).toEqual({ value: "a", ok: true });
    await sending;
  });

  test("wippy channel.select: values that come at the same time for several of its cases are not lost", async () => {
    const first = channelOf<string>(1);
    const second = channelOf<string>(1);
    const selecting = select([first.caseReceive(), second.caseReceive()]);
    await Promise.all([second.send("b"), first.send("a")]);
    expect(await selecting).toEqual({ channel: second, value: "b", ok: true });
    expect(await first.receive()).toEqual({ value: "a", ok: true });
  });

  test("wippy channel.select: a case that sends gives value undefined and ok true", async () => {
    const out = channelOf<number>(1);
    expect(await select([out.caseSend(1)])).toEqual({ channel: out, value: undefined, ok: true });
    expect(await out.receive()).toEqual({ value: 1, ok: true });
  });

  test("wippy channel.select: a case that sends waits for its receiver", async () => {
    const out = channelOf<number>(0);
    const never = channelOf<number>(0);
    const selecting = select([never.caseReceive(), out.caseSend(1)]);
    expect(await out.receive()).toEqual({ value: 1, ok: true });
    expect(await selecting).toEqual({ channel: out, value: undefined, ok: true });
    expect([out.waiting, never.waiting]).toEqual([0, 0]);
  });

  test("wippy channel.select: a closed channel is ready: ok is false once it is drained", async () => {
    const channel = channelOf(1, 1);
    channel.close();
    expect(await select([channel.caseReceive()])).toEqual({ channel, value: 1, ok: true });
    const selected = await select([channel.caseReceive()]);
    expect(selected).toEqual({ channel, value: undefined, ok: false });
  });

  test("wippy channel.select: a close while it waits gives ok false", async () => {
    const channel = channelOf<number>(0);
    const other = channelOf<number>(0);
    const selecting = select([other.caseReceive(), channel.caseReceive()]);
    channel.close();
    expect(await selecting).toEqual({ channel, value: undefined, ok: false });
    expect(other.waiting).toBe(0);
  });

  test("wippy channel.select: a case that sends to a closed channel rejects", async () => {
    const closed = channelOf<number>(1);
    closed.close();
    const ready = channelOf(1, 1);
    await expect(select([closed.caseSend(1), ready.caseReceive()])).rejects.toMatchObject(CLOSED);
    expect(ready.length).toBe(1);
  });

  test("wippy channel.select: a ready case before one that sends to a closed channel wins", async () => {
    const closed = channelOf<number>(1);
    closed.close();
    const ready = channelOf(1, 1);
    const selected = await select([ready.caseReceive(), closed.caseSend(1)]);
    expect(selected.channel).toBe(ready);
  });

  test("wippy channel.select: it rejects when a channel that it waits to send to is closed", async () => {
    const out = channelOf<number>(0);
    const other = channelOf<number>(0);
    const selecting = select([other.caseReceive(), out.caseSend(1)]);
    out.close();
    await expect(selecting).rejects.toMatchObject(CLOSED);
    expect(other.waiting).toBe(0);
  });

  test("wippy channel.select: the result is typed by the cases", async () => {
    const words = channelOf<string>(1, "a");
    const numbers = channelOf<number>(1);
    const selected = await select([words.caseReceive(), numbers.caseReceive()]);
    expectTypeOf(selected.value).toEqualTypeOf<string | number | undefined>();
    expectTypeOf(selected.channel).toEqualTypeOf<Channel<string> | Channel<number>>();
    const maybe = await select([words.caseReceive()], { default: true });
    if (maybe.ok) expectTypeOf(maybe.value).toEqualTypeOf<string>();
    expectTypeOf(maybe.default).toEqualTypeOf<true | undefined>();
    const sent = await select([numbers.caseSend(1)]);
    expectTypeOf(sent.value).toEqualTypeOf<undefined>();
  });
});

describe("default", () => {
  test("wippy channel.select: default is chosen when no case is ready, and leaves no waiter", async () => {
    const channel = channelOf<number>(0);
    const cases = [channel.caseReceive(), channel.caseSend(1)] as const;
    expect(await select(cases, { default: true })).toEqual({ default: true });
    expect(channel.waiting).toBe(0);
  });

  test("wippy channel.select: default is not chosen when a case is ready", async () => {
    const channel = channelOf(1, 1);
    const selected = await select([channel.caseReceive()], { default: true });
    expect(selected).toEqual({ channel, value: 1, ok: true });
  });

  test("wippy channel.select: default is chosen from an empty list", async () => {
    expect(await select([], { default: true })).toEqual({ default: true });
  });

  test("wippy channel.select: default that is false waits", async () => {
    const channel = channelOf<number>(0);
    const selecting = select([channel.caseReceive()], { default: false });
    await channel.send(1);
    expect(await selecting).toEqual({ channel, value: 1, ok: true });
  });
});

describe("select, what could go wrong", () => {
  test("wippy channel.select: an empty list that nothing could end is refused", async () => {
    await expect(select([])).rejects.toMatchObject({
      kind: "INVALID",
      code: "ERR_INVALID_OPTION",
      message: "select: number of cases is 0, must be 1 or more, unless default or signal is given",
    });
  });

  test("wippy channel.select: an empty list with a signal waits for that", async () => {
    const abort = new AbortController();
    const selecting = select([], { signal: abort.signal });
    abort.abort("enough");
    await expect(selecting).rejects.toMatchObject({ kind: "CANCELED", cause: "enough" });
  });

  test("wippy channel.select: a signal that is aborted while it waits rejects, and leaves no waiter", async () => {
    const first = channelOf<number>(0);
    const second = channelOf<number>(0);
    const abort = new AbortController();
    const cases = [first.caseReceive(), second.caseSend(1)];
    const selecting = select(cases, { signal: abort.signal });
    expect([first.waiting, second.waiting]).toEqual([1, 1]);
    abort.abort("enough");
    await expect(selecting).rejects.toMatchObject({ code: "ERR_ABORTED", cause: "enough" });
    expect([first.waiting, second.waiting]).toEqual([0, 0]);
  });

  test("wippy channel.select: a signal that is aborted before rejects although a case is ready", async () => {
    const channel = channelOf(1, 1);
    const options = { signal: AbortSignal.abort("enough"), default: true };
    const selecting = select([channel.caseReceive()], options);
    await expect(selecting).rejects.toMatchObject({ kind: "CANCELED", cause: "enough" });
    expect(channel.length).toBe(1);
  });

  test("wippy channel.select: the same channel twice in the list gives one value, and loses none", async () => {
    const channel = channelOf<number>(0);
    const selecting = select([channel.caseReceive(), channel.caseReceive()]);
    await channel.send(1);
    expect(await selecting).toEqual({ channel, value: 1, ok: true });
    expect(channel.waiting).toBe(0);
    const sending = channel.send(2);
    expect(await channel.receive()).toEqual({ value: 2, ok: true });
    await sending;
  });

  test("wippy channel.select: two sends to the same channel send one value", async () => {
    const channel = channelOf<number>(0);
    const selecting = select([channel.caseSend(1), channel.caseSend(2)]);
    expect(await channel.receive()).toEqual({ value: 1, ok: true });
    await selecting;
    expect([channel.waiting, channel.attemptReceive()]).toEqual([0, null]);
  });

  test("wippy channel.select: a send and a receive of the same channel do not match each other", async () => {
    const channel = channelOf<number>(0);
    const selecting = select([channel.caseSend(1), channel.caseReceive()]);
    expect(channel.waiting).toBe(2);
    await channel.send(7);
    expect(await selecting).toEqual({ channel, value: 7, ok: true });
    expect([channel.waiting, channel.attemptReceive()]).toEqual([0, null]);
  });

  test("wippy channel.select: two selects that send and receive on the same channel match each other", async () => {
    const channel = channelOf<number>(0);
    const first = select([channel.caseSend(1), channel.caseReceive()]);
    const second = select([channel.caseSend(2), channel.caseReceive()]);
    expect(await Promise.all([first, second])).toEqual([
      { channel, value: 2, ok: true },
      { channel, value: undefined, ok: true },
    ]);
    expect(channel.waiting).toBe(0);
  });

  test("wippy channel.select: closing a channel that it both sends to and receives from ends it once", async () => {
    const channel = channelOf<number>(0);
    const selecting = select([channel.caseSend(1), channel.caseReceive()]);
    channel.close();
    expect(await selecting).toEqual({ channel, value: undefined, ok: false });
    expect(channel.waiting).toBe(0);
  });

  test("wippy channel.select: a select that waits to send is settled in the middle of another's receive", async () => {
    const full = channelOf(1, 1);
    const other = channelOf<number>(0);
    const sender = select([full.caseSend(2), other.caseReceive()]);
    const receiver = select([full.caseReceive(), other.caseSend(3)]);
    expect(await receiver).toEqual({ channel: full, value: 1, ok: true });
    expect(await sender).toEqual({ channel: full, value: undefined, ok: true });
    expect([full.length, other.waiting]).toEqual([1, 0]);
  });

  test("wippy channel.select: a case may be given to several selects, one after the other", async () => {
    const channel = channelOf(2, 1, 2);
    const receive = channel.caseReceive();
    expect((await select([receive])).value).toBe(1);
    expect((await select([receive])).value).toBe(2);
  });
});

describe("after", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("wippy time.after: it delivers the date once, when the time has passed, and closes", async () => {
    const channel = after("30s");
    vi.advanceTimersByTime(29_999);
    expect([channel.length, channel.closed]).toEqual([0, false]);
    vi.advanceTimersByTime(1);
    expect([channel.length, channel.closed]).toEqual([1, true]);
    expect(await channel.receive()).toEqual({ value: expect.any(Date), ok: true });
    expect(await channel.receive()).toEqual({ value: undefined, ok: false });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("wippy time.after: it ends a select that waits", async () => {
    const messages = channelOf<string>(0);
    const timeout = after(250);
    const selecting = select([messages.caseReceive(), timeout.caseReceive()]);
    vi.advanceTimersByTime(250);
    expect((await selecting).channel).toBe(timeout);
    expect(messages.waiting).toBe(0);
  });

  test("wippy time.after: the date is that of the moment, not of its reading", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 5000 });
    const channel = after(1000);
    vi.advanceTimersByTime(9000);
    expect(await channel.receive()).toEqual({ value: new Date(6000), ok: true });
  });

  test("wippy time.after: 0 is the next task, and not this one", () => {
    const channel = after(0);
    expect(channel.length).toBe(0);
    vi.advanceTimersByTime(1);
    expect(channel.length).toBe(1);
  });

  test("wippy time.after: Infinity never delivers, and needs no timer", () => {
    const channel = after(Number.POSITIVE_INFINITY);
    expect([vi.getTimerCount(), channel.closed]).toEqual([0, false]);
  });

  test("wippy time.after: it takes durations that are longer than the platform's timers", () => {
    const channel = after("1000h");
    vi.advanceTimersByTime(1000 * 3_600_000 - 1);
    expect(channel.length).toBe(0);
    vi.advanceTimersByTime(1);
    expect(channel.length).toBe(1);
  });

  test("wippy time.after: its timer keeps no process alive", () => {
    const spy = vi.spyOn(globalThis, "setTimeout");
    after(1000);
    const timer: unknown = spy.mock.results[0]?.value;
    expect(timer).toMatchObject({ hasRef: expect.any(Function) });
    expect((timer as NodeJS.Timeout).hasRef()).toBe(false);
  });

  test("wippy time.after: a channel that was closed before the time has passed stays as it is", async () => {
    const channel = after(1000);
    channel.close();
    vi.advanceTimersByTime(1000);
    expect(await channel.receive()).toEqual({ value: undefined, ok: false });
  });

  test.each([-1, Number.NaN, "soon", "-5s", ""])(
    "wippy time.after: %j is no duration",
    (duration) => {
      expect(() => after(duration)).toThrow(
        expect.objectContaining({
          kind: "INVALID",
          code: "ERR_INVALID_OPTION",
          message: `after: duration is ${duration}, must be 0 or more ms, or a duration as "1m30s"`,
        }),
      );
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});

test("what is no list of cases is INVALID", async () => {
  for (const wrong of [undefined, new Channel(), [new Channel()], [Promise.resolve()], [null]]) {
    await expect(select(wrong as never)).rejects.toMatchObject({ code: "ERR_INVALID_OPTION" });
  }
});
