/** Select: waits for several channels at once, and for the time that passes. */

import { type Duration, parseDuration, WANTED_DURATION } from "../base/duration.ts";
import { MAX_DELAY_MS, startTimer } from "../base/timer.ts";
import { invalidOption } from "../errors.ts";
import { type AbortOptions, type Case, Channel, takeFirst } from "./channel.ts";
import { CLOSED, type Received } from "./queue.ts";

/** Options of `select`. */
export interface SelectOptions extends AbortOptions {
  /** Whether to resolve with `{ default: true }` instead of waiting. @default false */
  readonly default?: boolean | undefined;
}

/** The case that took effect: its channel, and what was received; `ok` is true for one that sent. */
export type Selected<C> =
  C extends Case<infer T, infer H>
    ? Received<T> & { readonly channel: H; readonly default?: undefined }
    : never;

/** No case was ready, and `default` was asked for. */
export interface NoneReady {
  readonly default: true;
  readonly channel?: undefined;
  readonly value?: undefined;
  readonly ok?: undefined;
}

type AnyCase = Case<unknown, unknown>;

/** The `default` of a select: the last case, and always ready. */
const DEFAULT: AnyCase = {
  channel: undefined,
  attempt: () => CLOSED,
  wait: () => () => {},
};

/**
 * Lets exactly one of the cases take effect: the first in the list that is ready, or else the first that gets
 * ready. The others receive and send nothing.
 *
 * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, when there is nothing that could ever settle it;
 *   INTERNAL, `ERR_CHANNEL_CLOSED`, when it comes to a case that sends to a closed channel; CANCELED,
 *   `ERR_ABORTED`, when `signal` is aborted before a case took effect
 */
export function select<C extends AnyCase>(
  cases: readonly C[],
  options?: SelectOptions & { readonly default?: false | undefined },
): Promise<Selected<C>>;
export function select<C extends AnyCase>(
  cases: readonly C[],
  options: SelectOptions,
): Promise<Selected<C> | NoneReady>;
export async function select(
  cases: readonly AnyCase[],
  { default: isDefault, signal }: SelectOptions = {},
): Promise<unknown> {
  if (!Array.isArray(cases) || !cases.every((each) => Object(each).attempt)) {
    throw invalidOption("cases", cases, "a list, as [channel.caseReceive()]", "select");
  }
  const all = isDefault ? [...cases, DEFAULT] : cases;
  if (all.length === 0 && !signal) {
    const wanted = "1 or more, unless default or signal is given";
    throw invalidOption("number of cases", 0, wanted, "select");
  }
  const { channel, received } = await takeFirst(all, signal);
  return channel ? { channel, ...received } : { default: true };
}

/**
 * A channel that delivers the `Date` of the moment once `duration` has passed, and closes.
 *
 * Its timer does not keep Node alive. The value waits for its receiver.
 *
 * @param duration ms, or a Go duration string; 0 is the next task, `Infinity` never
 * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, when it is no duration
 */
export function after(duration: Duration): Channel<Date> {
  const ms = parseDuration(duration);
  if (!(ms >= 0)) {
    throw invalidOption("duration", duration, WANTED_DURATION, "after");
  }
  const channel = new Channel<Date>(1);
  const run = (leftMs: number): void => {
    if (leftMs > 0) {
      startTimer(leftMs, run, leftMs - MAX_DELAY_MS);
    } else {
      // Whoever has it may have closed it.
      channel.push(new Date());
      channel.end();
    }
  };
  // 0 would be no timer at all.
  run(ms || 0.001);
  return channel;
}
