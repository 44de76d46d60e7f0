/** Options of a dial: checked here, and put into the words of Node's `request` and of `ws`. */

import type { Agent } from "node:http";
import { parseDuration, WANTED_DURATION } from "../base/duration.ts";
import {
  Compression,
  DEFAULT_DIAL_TIMEOUT_MS,
  MAX_COMPRESSION_LEVEL,
  MAX_COMPRESSION_THRESHOLD_BYTES,
  MAX_READ_LIMIT_BYTES,
} from "../constants.ts";
import { invalidOption, SocketError } from "../errors.ts";
import type { TlsOptions, WebSocketOptions } from "./adapter.ts";
import { connectPlain, connectSecure } from "./frame-connect.ts";
import type { RequestSettings } from "./frame-request.ts";
import { checkHeaderFields } from "./header-fields.ts";
import {
  checkLiteral,
  connectDirect,
  connectPublic,
  type Endpoint,
  lookupPublic,
} from "./private-networks.ts";
import { framingOf, needsWs, toWsSettings } from "./ws-settings.ts";

const MAX_REDIRECTS = 20;

const isText = (value: unknown): boolean => typeof value === "string";
const isKeyMaterial = (value: unknown): boolean => isText(value) || value instanceof Uint8Array;
const isKeyMaterials = (value: unknown): boolean =>
  Array.isArray(value) ? value.every(isKeyMaterial) : isKeyMaterial(value);
const isTlsVersion = (value: unknown): boolean => value === "TLSv1.2" || value === "TLSv1.3";

/** Whether a TLS setting is of its type. */
const TLS_CHECKS: { readonly [Key in keyof TlsOptions]-?: (value: unknown) => boolean } = {
  ca: isKeyMaterials,
  cert: isKeyMaterials,
  key: isKeyMaterials,
  pfx: isKeyMaterial,
  passphrase: isText,
  servername: isText,
  ciphers: isText,
  minVersion: isTlsVersion,
  maxVersion: isTlsVersion,
  rejectUnauthorized: (value) => typeof value === "boolean",
  checkServerIdentity: (value) => typeof value === "function",
};

/** One check an option: returns what the value must be when it is not. */
const CHECKS: { readonly [Option in keyof WebSocketOptions]-?: (value: unknown) => string | null } =
  {
    headers: checkHeaderFields,
    compression: (value) =>
      Object.values<unknown>(Compression).includes(value)
        ? null
        : "a value of Compression: 0, 1 or 2",
    compressionThreshold: (value) => checkInteger(value, MAX_COMPRESSION_THRESHOLD_BYTES),
    compressionLevel: (value) => checkInteger(value, MAX_COMPRESSION_LEVEL),
    readLimit: (value) => checkInteger(value, MAX_READ_LIMIT_BYTES),
    followRedirects: (value) => checkInteger(value, MAX_REDIRECTS),
    agent: (value) =>
      isObject(value) && "addRequest" in value && typeof value.addRequest === "function"
        ? null
        : "an http.Agent",
    tls: checkTls,
    framing: (value) => (value === "own" || value === "ws" ? null : '"own" or "ws"'),
    dialTimeout: (value) => (parseDuration(value) >= 0 ? null : WANTED_DURATION),
    signal: (value) => (value instanceof AbortSignal ? null : "an AbortSignal"),
  };

/**
 * Checks each option that is given.
 *
 * @throws {SocketError} INVALID, `ERR_INVALID_OPTION` for a bad value, `ERR_UNSUPPORTED` for an
 *   unknown option
 */
export function checkOptions(options: WebSocketOptions): void {
  if (!isObject(options)) throw invalidOption("options", typeof options, "an object");
  // Inherited ones count as well, as they do wherever an option is read.
  for (const option in options) {
    const value: unknown = Reflect.get(options, option);
    if (value === undefined) continue;
    if (!isOption(option)) {
      const message = `WebSocket: there is no option "${option}"`;
      throw new SocketError("INVALID", message, { code: "ERR_UNSUPPORTED", details: { option } });
    }
    const wanted = CHECKS[option](value);
    if (wanted !== null) throw invalidOption(option, show(option, value), wanted);
  }
}

function isOption(name: string): name is keyof WebSocketOptions {
  return Object.hasOwn(CHECKS, name);
}

/** The value as an error may show it: what can hold a secret is not shown. */
function show(option: string, value: unknown): string {
  if (option === "headers" || option === "tls") return "wrong";
  if (typeof value === "string") return option === "dialTimeout" ? `"${value}"` : "a string";
  return isObject(value) ? "an object" : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function checkInteger(value: unknown, max: number): string | null {
  const fits = typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
  return fits ? null : `an integer, 0..${max}`;
}

function checkTls(tls: unknown): string | null {
  if (!isObject(tls)) return "an object of TLS settings";
  for (const [key, value] of Object.entries(tls)) {
    if (!isTlsKey(key)) return `free of unknown settings, as "${key}"`;
    if (value !== undefined && !TLS_CHECKS[key](value))
      return `of the right types; "${key}" is not`;
  }
  return null;
}

function isTlsKey(key: string): key is keyof TlsOptions {
  return Object.hasOwn(TLS_CHECKS, key);
}

/**
 * Whether the handshake is a request of our own: ws is not needed, and we connect, or the caller's agent does.
 * Where no memory is lent there may be no `createConnection`, and Node would take its global agent.
 */
export function isRequestOwn(options: WebSocketOptions): boolean {
  return !needsWs(options) && (isLending(options) || options.agent !== undefined);
}

/**
 * The options in the words of `ws`: those of a request, and of the frames.
 *
 * @throws what `toRequestOptions` throws
 */
export function toWsOptions(options: WebSocketOptions, url: URL, onlyPublic = false): object {
  return { ...toRequestOptions(options, url, onlyPublic), ...toWsSettings(options) };
}

/**
 * The options in the words of Node's `request`, for a handshake with `url`; `onlyPublic` keeps it out of private networks.
 *
 * @throws {SocketError} PERMISSION_DENIED, `ERR_PRIVATE_NETWORK`, when the URL's host is a private address
 *   itself; INVALID, `ERR_UNSUPPORTED`, where an agent would connect
 */
export function toRequestOptions(
  options: WebSocketOptions,
  url: URL,
  onlyPublic = false,
): RequestSettings {
  const { headers, tls } = options;
  const settings = {
    headers,
    // Checked; not every agent is made by the class of Node.
    agent: options.agent as Agent | undefined,
    ...(onlyPublic ? wayToPublic(options, url) : wayTo(options, url)),
  };
  return tls === undefined ? settings : { ...toTlsSettings(tls), ...settings };
}

/** Those that are given; a check of the caller's that throws refuses the certificate, as one that returns. */
function toTlsSettings(tls: TlsOptions): object {
  const { checkServerIdentity: check, ...rest } = tls;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  if (check === undefined) return Object.fromEntries(given);
  const checkServerIdentity = (name: string, certificate: object): Error | undefined => {
    try {
      return check(name, certificate);
    } catch (error) {
      return error instanceof Error ? error : new Error(`${error}`);
    }
  };
  return { ...Object.fromEntries(given), checkServerIdentity };
}

/** How to connect, as Node asks for it; none leaves it to `ws`, or to the agent. */
function wayTo(options: WebSocketOptions, url: URL): object {
  if (options.agent !== undefined) return {};
  const isTls = url.protocol === "wss:";
  if (!isLending(options))
    return { createConnection: isTls ? undefined : (target: Endpoint) => connectDirect(target) };
  // One argument alone: Node gives its callback as well.
  const createConnection = isTls ? connectSecure : (target: Endpoint) => connectPlain(target);
  return { createConnection };
}

function wayToPublic(options: WebSocketOptions, url: URL): object {
  if (options.agent !== undefined) {
    const message =
      "WebSocket: agent connects by itself, must be none where private networks are denied";
    throw new SocketError("INVALID", message, {
      code: "ERR_UNSUPPORTED",
      details: { option: "agent" },
    });
  }
  const isLent = isLending(options);
  if (url.protocol === "ws:") {
    const open = isLent ? connectPlain : connectDirect;
    return { createConnection: (target: Endpoint) => connectPublic(target, open) };
  }
  checkLiteral(url.hostname);
  return { createConnection: isLent ? connectSecure : undefined, lookup: lookupPublic };
}

/** Whether sockets read into shared memory. Windows is given the memory long before it is filled. */
function isLending(options: WebSocketOptions): boolean {
  return framingOf(options) === "own" && process.platform !== "win32";
}

/** The longest handshake, in ms; 0 or `Infinity` for no limit. */
export function dialTimeoutOf(options: WebSocketOptions): number {
  return parseDuration(options.dialTimeout ?? DEFAULT_DIAL_TIMEOUT_MS);
}
