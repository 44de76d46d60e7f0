/** Wait: a promise of what may come, bounded by a time, a signal, and whoever ends everything. */

import { whenAborted } from "#events";
import type { Duration } from "../base/duration.ts";
import { startTimer } from "../base/timer.ts";
import { invalidOption, SocketError } from "../errors.ts";

/** What ends a wait. */
export interface WaitOptions {
  /** Longest wait: ms, or a Go duration string; `Infinity` for no limit. */
  readonly timeout?: Duration | undefined;
  /** Aborting it rejects with a `SocketError` CANCELED, and nothing else has happened then. */
  readonly signal?: AbortSignal | undefined;
}

/** Settles a wait, once; later calls do nothing. */
export interface Settle<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

export interface Waiting<T> {
  readonly signal?: AbortSignal | undefined;
  /** 0 and `Infinity` for no limit. */
  readonly timeoutMs?: number;
  /** Holds the waits that end together; this one is among them until it is settled. */
  readonly group?: Set<Settle<T>>;
  /** Starts. @returns what takes it back, unless it has settled within the call */
  start(settle: Settle<T>): (() => void) | undefined;
  /** Time is up. */
  late?(settle: Settle<T>): void;
}

/** Settles as what comes first has it, and takes back the rest. */
export function wait<T>({ signal, timeoutMs = 0, group, start, late }: Waiting<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (!(signal === undefined || signal instanceof AbortSignal)) {
      throw invalidOption("signal", signal, "an AbortSignal", "wait");
    }
    let takeBack: (() => void) | undefined;
    let forget: (() => void) | undefined;
    const first =
      <A>(act: (value: A) => void) =>
      (value: A): void => {
        clearTimeout(timer);
        forget?.();
        group?.delete(settle);
        takeBack?.();
        act(value);
      };
    const settle: Settle<T> = { resolve: first(resolve), reject: first(reject) };
    const abort = (): void => {
      const options = { code: "ERR_ABORTED", cause: signal?.reason };
      settle.reject(new SocketError("CANCELED", "the wait was aborted by its signal", options));
    };
    const timer = startTimer(timeoutMs, () => late?.(settle), null);
    if (signal?.aborted) return abort();
    forget = signal && whenAborted(signal, abort);
    group?.add(settle);
    try {
      takeBack = start(settle);
    } catch (error) {
      settle.reject(error);
    }
  });
}
