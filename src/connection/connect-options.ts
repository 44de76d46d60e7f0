/** Connect options: those of a connection, checked all together, so that one error lists every wrong one. */

import { type Duration, parseDuration, WANTED_DURATION } from "../base/duration.ts";
import { checkProtocols, listProtocols, type Protocols, parseSocketUrl } from "../base/url.ts";
import {
  DEFAULT_CHANNEL_CAPACITY,
  DEFAULT_MAX_BACKLOG_BYTES,
  MAX_CHANNEL_CAPACITY,
} from "../constants.ts";
import { invalidOption, SocketError } from "../errors.ts";
import type { Dialer, WebSocketOptions } from "../link.ts";
import { isPolicies, type Policy, WANTED_POLICY } from "../policy/policy.ts";
import type { SessionSettings } from "./session.ts";

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
  /** Those that are the dialer's. */
  readonly options: WebSocketOptions;
  readonly settings: SessionSettings;
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
const isIn = (value: unknown, max: number): boolean =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= max;

const checkDuration = (value: unknown): string | false =>
  !(parseDuration(value) >= 0) && WANTED_DURATION;

/** One check an option of its own: what the value must be, when it is not. */
const CHECKS: Readonly<Record<string, (value: unknown) => string | false>> = {
  protocols: () => false,
  readTimeout: checkDuration,
  writeTimeout: checkDuration,
  channelCapacity: (value) => !isIn(value, MAX_CHANNEL_CAPACITY) && `1..${MAX_CHANNEL_CAPACITY}`,
  maxBacklog: (value) => !isIn(value, Number.MAX_SAFE_INTEGER) && "1 or more bytes",
  policy: (value) => !isPolicies(value) && WANTED_POLICY,
  meta: (value) => !isObject(value) && "an object",
};

/** Collects what steps throw. */
class Problems {
  readonly #messages: string[] = [];
  readonly #options: string[] = [];
  #code = "ERR_UNSUPPORTED";

  /** Runs `step`; gives undefined where it throws, which is a problem of `option`. */
  try<T>(option: string, step: () => T): T | undefined {
    try {
      return step();
    } catch (error) {
      const { message, code = "ERR_INVALID_OPTION" } = error as SocketError & { code: unknown };
      // A DOMException's code is a number.
      if (code !== "ERR_UNSUPPORTED") this.#code = "ERR_INVALID_OPTION";
      this.#messages.push(message.replace("WebSocket: ", ""));
      this.#options.push(option);
      return undefined;
    }
  }

  get found(): boolean {
    return this.#messages.length > 0;
  }

  toError(): SocketError {
    return new SocketError("INVALID", `connect: ${this.#messages.join("; ")}`, {
      code: this.#code,
      details: { options: this.#options },
    });
  }
}

/**
 * Checks everything that `connect` was given.
 * @throws {SocketError} INVALID that names every wrong option, its value and what it must be
 */
export function checkConnect(url: unknown, given: ConnectOptions, dialer: Dialer): ConnectRequest {
  if (Object(given) !== given || Array.isArray(given)) {
    throw invalidOption("options", given, "an object, as { protocols }", "connect");
  }
  const problems = new Problems();
  const parsed = problems.try("url", () => parseSocketUrl(url));
  const protocols = problems.try("protocols", () => {
    const names = listProtocols(given.protocols);
    checkProtocols(names);
    return names;
  });
  const options: Record<string, unknown> = {};
  // Inherited ones count as well, as they do wherever an option is read.
  for (const option in given) {
    const value: unknown = Object(given)[option];
    // The one transport that is everywhere.
    if (value === undefined || (option === "transport" && value === "socket")) continue;
    problems.try(option, () => {
      const check = Object.hasOwn(CHECKS, option) ? CHECKS[option] : undefined;
      const wanted = check?.(value);
      if (wanted) throw invalidOption(option, value, wanted);
      if (!check) {
        dialer.checkOptions({ [option]: value });
        options[option] = value;
      }
    });
  }
  // Of these two each is missing only where it was a problem.
  if (!parsed || !protocols || problems.found) throw problems.toError();
  return { url: parsed, protocols, options, settings: toSettings(given) };
}

function toSettings(given: ConnectOptions): SessionSettings {
  return {
    channelCapacity: given.channelCapacity ?? DEFAULT_CHANNEL_CAPACITY,
    maxBacklog: given.maxBacklog ?? DEFAULT_MAX_BACKLOG_BYTES,
    readTimeoutMs: parseDuration(given.readTimeout ?? 0),
    writeTimeoutMs: parseDuration(given.writeTimeout ?? 0),
  };
}
