/** Channels against a model of Go's, over random interleavings.
 *  Only the end of calls is seen from outside, and what the queues hold. */

import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Channel } from "../../src/connection/channel.ts";
import { after, select } from "../../src/connection/select.ts";
import { isSocketError } from "../../src/errors.ts";
import {
  CAPACITIES,
  type Call,
  DELAYS_MS,
  describeResult,
  Model,
  type ModelCase,
  NONE_READY,
  type Result,
  TIMERS,
  valueOf,
} from "../support/channel-model.ts";

type Command =
  | { readonly kind: "start"; readonly cases: readonly ModelCase[]; readonly isDefault: boolean }
  | { readonly kind: "close"; readonly channel: number }
  | { readonly kind: "abort"; readonly call: number }
  | { readonly kind: "pass"; readonly ms: number };

/** The same commands, on the real thing. */
class Reality {
  readonly results = new Map<number, Result>();
  readonly #words = CAPACITIES.map((capacity) => new Channel<string>(capacity));
  readonly #channels: readonly (Channel<string> | Channel<Date>)[] = [
    ...this.#words,
    ...DELAYS_MS.map((delayMs) => after(delayMs)),
  ];
  readonly #aborts = new Map<number, AbortController>();

  start(call: Call, isDefault: boolean): void {
    const abort = new AbortController();
    this.#aborts.set(call.id, abort);
    void this.#run(call, isDefault, abort.signal).then(
      (result) => this.results.set(call.id, result),
      (error) => this.results.set(call.id, isSocketError(error) ? error.code : `${error}`),
    );
  }

  abort(id: number): void {
    this.#aborts.get(id)?.abort();
  }

  close(channel: number): Result | null {
    try {
      itemAt(this.#channels, channel).close();
      return null;
    } catch (error) {
      return isSocketError(error) ? error.code : `${error}`;
    }
  }

  lengthOf(channel: number): number {
    return itemAt(this.#channels, channel).length;
  }

  waitingAt(channel: number): number {
    return this.#words[channel]?.waiting ?? 0;
  }

  async #run(call: Call, isDefault: boolean, signal: AbortSignal): Promise<Result> {
    const [first, ...others] = call.cases;
    if (first && others.length === 0 && !isDefault) {
      if (first.kind === "receive") {
        const { value, ok } = await itemAt(this.#channels, first.channel).receive({ signal });
        return describeResult(first.channel, value, ok);
      }
      await itemAt(this.#words, first.channel).send(valueOf(call), { signal });
      return describeResult(first.channel, undefined, true);
    }
    const cases = call.cases.map(({ kind, channel }) =>
      kind === "send"
        ? itemAt(this.#words, channel).caseSend(valueOf(call))
        : itemAt(this.#channels, channel).caseReceive(),
    );
    const selected = await select(cases, { default: isDefault, signal });
    if (selected.default) return NONE_READY;
    return describeResult(this.#channels.indexOf(selected.channel), selected.value, selected.ok);
  }
}

function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no ${index}`);
  return item;
}

const caseArbitrary: fc.Arbitrary<ModelCase> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: kinds("send", "receive"), channel: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: kinds("receive"), channel: fc.integer({ min: 3, max: 4 }) }),
  },
);

function kinds(...names: ModelCase["kind"][]): fc.Arbitrary<ModelCase["kind"]> {
  return fc.constantFrom(...names);
}

const commandArbitrary: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant("start" as const),
      cases: fc.array(caseArbitrary, { minLength: 1, maxLength: 4 }),
      isDefault: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("close" as const), channel: fc.nat(4) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("abort" as const), call: fc.nat(60) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(2) }) },
);

/** All microtasks that are due. */
async function settleAll(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Gives each command to both; lets promises settle in between where `flushes` says so. */
async function compare(commands: readonly Command[], flushes: readonly boolean[]): Promise<void> {
  const model = new Model();
  const reality = new Reality();
  let nowMs = 0;
  const pass = (): void => {
    nowMs += 1;
    vi.advanceTimersByTime(1);
    for (const { delayMs, channel } of TIMERS) if (delayMs === nowMs) model.fire(channel);
  };
  for (const [id, command] of commands.entries()) {
    if (command.kind === "start") {
      model.start({ id, cases: command.cases }, command.isDefault);
      reality.start({ id, cases: command.cases }, command.isDefault);
    } else if (command.kind === "close") {
      expect(reality.close(command.channel)).toBe(model.close(command.channel));
    } else if (command.kind === "abort") {
      model.abort(command.call);
      reality.abort(command.call);
    } else for (let ms = 0; ms < command.ms; ms += 1) pass();
    if (flushes[id]) {
      await settleAll();
      expect(reality.results).toEqual(model.results);
    }
    for (const channel of CAPACITIES.keys()) {
      expect(reality.lengthOf(channel)).toBe(model.lengthOf(channel));
      expect(reality.waitingAt(channel)).toBe(model.waitingAt(channel));
    }
  }
  // Whoever still waits gives up: nothing is left behind.
  for (const id of commands.keys()) {
    model.abort(id);
    reality.abort(id);
  }
  await settleAll();
  expect(reality.results).toEqual(model.results);
  for (const channel of CAPACITIES.keys()) expect(reality.waitingAt(channel)).toBe(0);
}

describe("channels and a model of Go's", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("come to the same result for every call, over any send, receive, select, close, abort and time", async () => {
    const commands = fc.array(commandArbitrary, { maxLength: 60, size: "max" });
    const flushes = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 });
    const property = fc.asyncProperty(commands, flushes, async (given, flushed) => {
      await compare(given, flushed);
      vi.clearAllTimers();
    });
    await fc.assert(property, { numRuns: 500 });
  });
});

/** What went through the channels of one run; each value is `sender:number`. */
interface Log {
  readonly sent: string[];
  readonly aborted: string[];
  /** By receiver, in the order each got them. */
  readonly received: string[][];
}

interface Run {
  readonly channels: readonly Channel<string>[];
  readonly log: Log;
  /** Gives others their turn, in an order that the scheduler chooses. */
  turn(): Promise<unknown>;
  /** A signal that is aborted at some later turn, or never. */
  signal(): AbortSignal;
}

async function runSender({ channels, log, turn, signal }: Run, name: number): Promise<void> {
  for (let number = 0; number < 6; number += 1) {
    await turn();
    const value = `${name}:${number}`;
    const [first, second] = channels;
    if (first === undefined || second === undefined) throw new Error("there are two channels");
    const options = { signal: signal() };
    const sending =
      number % 2 === 0
        ? (name % 2 === 0 ? first : second).send(value, options)
        : select([first.caseSend(value), second.caseSend(value)], options);
    await sending.then(
      () => log.sent.push(value),
      () => log.aborted.push(value),
    );
  }
}

async function runReceiver({ channels, log, turn, signal }: Run, name: number): Promise<void> {
  const own: string[] = [];
  log.received.push(own);
  const open = new Set(channels);
  while (open.size > 0) {
    await turn();
    const cases = [...open].map((channel) => channel.caseReceive());
    const [first] = open;
    const options = { signal: signal(), default: name === 1 };
    try {
      const selected =
        name === 2 && first
          ? { channel: first, ...(await first.receive(options)) }
          : await select(cases, options);
      if (selected.ok) own.push(selected.value);
      else if (selected.channel) open.delete(selected.channel);
    } catch (error) {
      if (!isSocketError(error, "CANCELED")) throw error;
    }
  }
}

describe("senders and receivers that take turns in any order", () => {
  test("lose no value, duplicate none, and keep each sender's order", async () => {
    const capacity = fc.nat(2);
    const property = fc.asyncProperty(
      fc.scheduler(),
      capacity,
      capacity,
      fc.infiniteStream(fc.nat(4)),
      async (scheduler, one, two, patience) => {
        const channels = [one, two].map((size) => new Channel<string>(size));
        const log: Log = { sent: [], aborted: [], received: [] };
        const turn = () => scheduler.schedule(Promise.resolve());
        const signal = (): AbortSignal => {
          const abort = new AbortController();
          if (patience.next().value === 0) void turn().then(() => abort.abort());
          return abort.signal;
        };
        const run = { channels, log, turn, signal };
        const senders = Promise.all([0, 1, 2].map((name) => runSender(run, name)));
        const receivers = Promise.all([0, 1, 2].map((name) => runReceiver(run, name)));
        const closing = senders.then(() => {
          for (const channel of channels) channel.close();
        });
        await scheduler.waitFor(Promise.all([closing, receivers]));

        expect(log.received.flat().sort()).toEqual(log.sent.sort());
        expect(log.sent.length + log.aborted.length).toBe(18);
        expect(channels.map((channel) => [channel.waiting, channel.length])).toEqual([
          [0, 0],
          [0, 0],
        ]);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  test("get the values of one channel in the order they were sent", async () => {
    const property = fc.asyncProperty(fc.scheduler(), fc.nat(3), async (scheduler, capacity) => {
      const channel = new Channel<string>(capacity);
      const received: string[] = [];
      const sent: string[] = [];
      const sending = [0, 1].map(async (sender) => {
        for (let number = 0; number < 8; number += 1) {
          await scheduler.schedule(Promise.resolve());
          sent.push(`${sender}:${number}`);
          await channel.send(`${sender}:${number}`);
        }
      });
      const receiving = (async () => {
        for await (const value of channel) {
          received.push(value);
          await scheduler.schedule(Promise.resolve());
        }
      })();
      const closing = Promise.all(sending).then(() => channel.close());
      await scheduler.waitFor(Promise.all([closing, receiving]));
      expect(received).toEqual(sent);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});
