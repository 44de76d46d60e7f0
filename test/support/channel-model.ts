/** A model of Go's channels: plain lists that are searched, and nothing of queues, waiters and promises.
 *  As everything is served in order, it foretells each outcome: which case of which call, with which value. */

/** Channels 0 to 2 have these capacities; 3 and 4 are of `after`, with these times. */
export const CAPACITIES = [0, 1, 3];
export const DELAYS_MS = [2, 5];
export const TIMERS = DELAYS_MS.map((delayMs, index) => ({
  delayMs,
  channel: CAPACITIES.length + index,
}));

export interface ModelCase {
  readonly kind: "send" | "receive";
  readonly channel: number;
}

/** How a call ended: which channel, and what was received. */
export type Result = string;

export const CLOSED: Result = "ERR_CHANNEL_CLOSED";
export const ABORTED: Result = "ERR_ABORTED";
export const NONE_READY: Result = "default";

export function describeResult(channel: number, value: unknown, ok: boolean): Result {
  return `${channel}: ${value instanceof Date ? "time" : value} ${ok}`;
}

export interface Call {
  readonly id: number;
  readonly cases: readonly ModelCase[];
}

/** What a call sends: no two calls send the same. */
export function valueOf(call: Call): string {
  return `v${call.id}`;
}

export class Model {
  readonly results = new Map<number, Result>();
  /** Oldest first. */
  #waiting: Call[] = [];
  readonly #channels = [...CAPACITIES, ...DELAYS_MS.map(() => 1)].map((capacity) => ({
    capacity,
    closed: false,
    buffer: [] as string[],
  }));

  start(call: Call, isDefault: boolean): void {
    for (const { kind, channel } of call.cases) {
      const result = kind === "send" ? this.#send(channel, valueOf(call)) : this.#receive(channel);
      if (result === null) continue;
      this.results.set(call.id, result);
      return;
    }
    if (isDefault) this.results.set(call.id, NONE_READY);
    else this.#waiting.push(call);
  }

  abort(id: number): void {
    this.#settle(
      this.#waiting.find((call) => call.id === id),
      ABORTED,
    );
  }

  close(channel: number): Result | null {
    const target = this.#channelAt(channel);
    if (target.closed) return CLOSED;
    target.closed = true;
    const end = describeResult(channel, undefined, false);
    for (const receiver of this.#allWaiting("receive", channel)) this.#settle(receiver, end);
    for (const sender of this.#allWaiting("send", channel)) this.#settle(sender, CLOSED);
    return null;
  }

  fire(channel: number): void {
    if (this.#channelAt(channel).closed) return;
    const [receiver] = this.#allWaiting("receive", channel);
    if (receiver) this.#settle(receiver, describeResult(channel, "time", true));
    else this.#channelAt(channel).buffer.push("time");
    this.close(channel);
  }

  lengthOf(channel: number): number {
    return this.#channelAt(channel).buffer.length;
  }

  /** How many cases of waiting calls are about `channel`. */
  waitingAt(channel: number): number {
    const cases = this.#waiting.flatMap((call) => call.cases);
    return cases.filter((each) => each.channel === channel).length;
  }

  #receive(channel: number): Result | null {
    const { buffer, closed } = this.#channelAt(channel);
    const [sender] = this.#allWaiting("send", channel);
    if (sender) buffer.push(valueOf(sender));
    this.#settle(sender, describeResult(channel, undefined, true));
    const value = buffer.shift();
    if (value !== undefined) return describeResult(channel, value, true);
    return closed ? describeResult(channel, undefined, false) : null;
  }

  #send(channel: number, value: string): Result | null {
    const { buffer, capacity, closed } = this.#channelAt(channel);
    if (closed) return CLOSED;
    const [receiver] = this.#allWaiting("receive", channel);
    if (!receiver && buffer.length >= capacity) return null;
    if (receiver) this.#settle(receiver, describeResult(channel, value, true));
    else buffer.push(value);
    return describeResult(channel, undefined, true);
  }

  #settle(call: Call | undefined, result: Result): void {
    if (call === undefined) return;
    this.results.set(call.id, result);
    this.#waiting = this.#waiting.filter((other) => other !== call);
  }

  #allWaiting(kind: ModelCase["kind"], channel: number): Call[] {
    const isIt = (each: ModelCase) => each.kind === kind && each.channel === channel;
    return this.#waiting.filter((call) => call.cases.some(isIt));
  }

  #channelAt(index: number) {
    const channel = this.#channels[index];
    if (channel === undefined) throw new Error(`no channel ${index}`);
    return channel;
  }
}
