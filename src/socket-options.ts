/** Socket options: the third argument of `WebSocket`, checked as a whole before anything is dialled. */

import type { Dialer, DialOptions } from "./adapter/adapter.ts";
import { type Duration, parseDuration } from "./base/duration.ts";
import { DEFAULT_DIAL_TIMEOUT_MS } from "./constants.ts";
import { invalidOption } from "./errors.ts";

/**
 * Options of a `WebSocket`. A browser honours `dialTimeout` and `signal` only, and throws a
 * `SocketError` INVALID with code `ERR_UNSUPPORTED` for each of the others.
 */
export interface WebSocketOptions extends DialOptions {
  /**
   * Longest opening handshake, redirects included: ms or a Go duration string; 0 or `Infinity` for no
   * limit. On expiry: an error of kind TIMEOUT, then close.
   * @default "10s"
   */
  readonly dialTimeout?: Duration;
  /** Aborting it ends the dial, and later the connection, at once: an error of kind CANCELED, then close. */
  readonly signal?: AbortSignal;
}

/** The options as the parts below use them. */
export interface CheckedOptions {
  readonly dialTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** What only the dialer can honour; only options that are given. */
  readonly dial: DialOptions;
}

/**
 * Checks the options; those that are undefined count as not given.
 *
 * @throws {SocketError} INVALID naming the option, its value and the range
 */
export function checkSocketOptions(options: unknown, dialer: Dialer): CheckedOptions {
  if (typeof options !== "object" || options === null) {
    throw invalidOption("options", `WebSocket: options is ${options}, must be an object`);
  }
  const { dialTimeout, signal, ...rest }: WebSocketOptions = options;
  const dialTimeoutMs = parseDuration(dialTimeout ?? DEFAULT_DIAL_TIMEOUT_MS);
  if (dialTimeoutMs === null) {
    const range = 'must be 0 or more ms or a duration as "10s"';
    throw invalidOption("dialTimeout", `WebSocket: dialTimeout is ${dialTimeout}, ${range}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidOption("signal", `WebSocket: signal is ${signal}, must be an AbortSignal`);
  }
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  const dial: DialOptions = Object.fromEntries(given);
  dialer.checkOptions(dial);
  // 0 means no limit, as Infinity does.
  return { dialTimeoutMs: dialTimeoutMs || Number.POSITIVE_INFINITY, signal, dial };
}
