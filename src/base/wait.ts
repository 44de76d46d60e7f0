/** Wait: a promise of what may come, bounded by a time, a signal, and whoever ends everything. */

import { invalidOption, SocketError } from "../errors.ts";
import type { Duration } from "./duration.ts";
import { whenAborted } from "./signal.ts";
import { startTimer } from "./timer.ts";

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
  /** Starts; may settle at once. @returns what takes it back */
  start(settle: Settle<T>): () => void;
  /** Time is up. */
  late?(settle: Settle<T>): void;
}

/** Settles as what comes first has it, and takes back the rest. */
export function wait<T>({ signal, timeoutMs = 0, group, start, late }: Waiting<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let takeBack: (() => void) | undefined;
    let forget: (() => void) | undefined;
    let isOver = false;
    const finish = (): void => {
      isOver = true;
      clearTimeout(timer);
      forget?.();
      group?.delete(settle);
      takeBack?.();
    };
    const settle: Settle<T> = {
      resolve(value) {
        finish();
        resolve(value);
      },
      reject(error) {
        finish();
        reject(error);
      },
    };
    const abort = (): void => {
      const options = { code: "ERR_ABORTED", cause: signal?.reason };
      settle.reject(new SocketError("CANCELED", "the wait was aborted by its signal", options));
    };
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw invalidOption("signal", signal, "an AbortSignal", "wait");
    }
    const timer = startTimer(timeoutMs, () => late?.(settle), null);
    if (signal?.aborted) return abort();
    forget = signal && whenAborted(signal, abort);
    group?.add(settle);
    try {
      takeBack = start(settle);
    } catch (error) {
      return settle.reject(error);
    }
    // Settled within the call, before there was anything to take back.
    if (isOver) takeBack();
  });
}
