/** Connect options: those of a connection, checked all together, so that one error lists every wrong one. */

import { type Duration, parseDuration, WANTED_DURATION } from "../base/duration.ts";
import { checkProtocols, listProtocols, type Protocols, parseSocketUrl } from "../base/url.ts";
import { MAX_CHANNEL_CAPACITY } from "../constants.ts";
import { invalidOption, SocketError } from "../errors.ts";
import type { Dialer, WebSocketOptions } from "../link.ts";
import { isPolicies, type Policy, WANTED_POLICY } from "../policy/policy.ts";

/**
 * Options of `connect`. Those of `WebSocketOptions` are for Node, but for `dialTimeout` and `signal`; in a page
 * each of the others is refused with INVALID, `ERR_UNSUPPORTED`.
 */
export interface ConnectOptions extends WebSocketOptions {
  /** Subprotocols to offer, one or several. */
  readonly protocols?: Protocols | undefined;
  /**
   * Longest silence of the peer, in ms or as a Go duration; then the connection is dropped with an error of kind
   * TIMEOUT. What is not read, since the inbox is full, is no silence. 0 or `Infinity` for no limit.
   * @default Infinity
   */
  readonly readTimeout?: Duration | undefined;
  /**
   * Longest time for a message to reach the network, in ms or as a Go duration; then the connection is dropped
   * and the send rejects with TIMEOUT. 0 or `Infinity` for no limit. @default Infinity
   */
  readonly writeTimeout?: Duration | undefined;
  /** Messages held unread before reading stops, 1 to 10,000. @default 32 */
  readonly channelCapacity?: number | undefined;
  /**
   * Bytes of unread messages, 1 to 2^53 - 1, past which a page's connection is closed with 4009: the platform's
   * socket can't stop reading. Never reached in Node, nor with `transport: "stream"`. @default 64 MiB
   */
  readonly maxBacklog?: number | undefined;
  /** What must allow the connection, and each redirect. @default the one of `setDefaultPolicy` */
  readonly policy?: Policy | readonly Policy[] | undefined;
  /** What conditions of a policy see as `meta.…`. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /**
   * What a page dials with: "stream" takes the platform's `WebSocketStream`, which can stop reading. For pages
   * alone. @default "socket"
   */
  readonly transport?: "socket" | "stream" | undefined;
}

/** What a dial asks for, checked. */
export interface ConnectRequest {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly options: ConnectOptions;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;

const checkDuration = (value: unknown): string | false =>
  !(parseDuration(value) >= 0) && WANTED_DURATION;

/** One check an option of its own: what the value must be, when it is not. */
const CHECKS: Readonly<Record<string, (value: unknown) => string | false>> = {
  protocols: () => false,
  readTimeout: checkDuration,
  writeTimeout: checkDuration,
  channelCapacity: (value) =>
    !(isCount(value) && Number(value) <= MAX_CHANNEL_CAPACITY) && `1..${MAX_CHANNEL_CAPACITY}`,
  maxBacklog: (value) => !isCount(value) && "1 or more bytes",
  policy: (value) => !isPolicies(value) && WANTED_POLICY,
  meta: (value) => Object(value) !== value && "an object",
};

/**
 * Checks everything that `connect` was given.
 * @throws {SocketError} INVALID that names every wrong option, its value and what it must be
 */
export function checkConnect(url: unknown, given: ConnectOptions, dialer: Dialer): ConnectRequest {
  if (Object(given) !== given || Array.isArray(given)) {
    throw invalidOption("options", given, "an object", "connect");
  }
  const problems = new Map<string, SocketError>();
  /** Runs `step`; gives undefined where it throws, which is a problem of `option`. */
  const attempt = <T>(option: string, step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      problems.set(option, error as SocketError);
      return undefined;
    }
  };
  const parsed = attempt("url", () => parseSocketUrl(url));
  const protocols = attempt("protocols", () => {
    const names = listProtocols(given.protocols);
    checkProtocols(names);
    return names;
  });
  const options: Record<string, unknown> = {};
  // Inherited ones count as well, as they do wherever an option is read.
  for (const option in given) {
    const value: unknown = Object(given)[option];
    if (value === undefined) continue;
    options[option] = value;
    attempt(option, () => {
      if (!Object.hasOwn(CHECKS, option)) return dialer.checkOptions({ [option]: value });
      const wanted = CHECKS[option]?.(value);
      if (wanted) throw invalidOption(option, value, wanted);
    });
  }
  // Of these two each is missing only where it was a problem.
  if (parsed && protocols && problems.size === 0) return { url: parsed, protocols, options };
  throw describeProblems(problems);
}

function describeProblems(problems: ReadonlyMap<string, SocketError>): SocketError {
  const errors = [...problems.values()];
  const messages = errors.map(({ message }) => message.replace("WebSocket: ", ""));
  const isUnsupported = errors.every(({ code }) => code === "ERR_UNSUPPORTED");
  return new SocketError("INVALID", `connect: ${messages.join("; ")}`, {
    code: isUnsupported ? "ERR_UNSUPPORTED" : "ERR_INVALID_OPTION",
    details: { options: [...problems.keys()] },
  });
}
