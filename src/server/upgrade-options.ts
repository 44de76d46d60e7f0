/** Upgrade options: what a handshake must fulfil, and what its socket goes by. */

import type { IncomingMessage } from "node:http";
import { type Duration, parseDuration } from "../base/duration.ts";
import { checkProtocols } from "../base/url.ts";
import {
  Compression,
  DEFAULT_READ_LIMIT_BYTES,
  MAX_COMPRESSION_LEVEL,
  MAX_COMPRESSION_THRESHOLD_BYTES,
  MAX_READ_LIMIT_BYTES,
} from "../constants.ts";
import { createAddressReader, createSchemeReader, type TrustProxy } from "./client-address.ts";
import {
  type Check,
  isBoolean,
  isCount,
  isDuration,
  isFunction,
  isWithin,
} from "./option-checks.ts";
import { type OriginOptions, type OriginSettings, parseOriginOptions } from "./origin-check.ts";
import { checkResponseHeaders } from "./response-headers.ts";
import type { UpgradeRequest } from "./upgrade-request.ts";

/** Longest handshake, `authenticate` included, in ms. */
const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;
/** Bytes of output that a client may keep waiting. */
const DEFAULT_MAX_UNSENT_BYTES = 1024 * 1024;

/** Header fields of an answer; an array sends the field several times. */
export type ResponseHeaders = Readonly<Record<string, string | readonly string[]>>;

/**
 * Chooses a subprotocol: one of those offered, or null for none. `offered` is in the client's order.
 */
export type ChooseProtocol = (
  offered: readonly string[],
  request: UpgradeRequest,
) => string | null | undefined;

/**
 * Says who the client is. What it returns is `identity` of the request. It refuses by returning a
 * status of 400 to 599, or nothing (also null and false: 401), by throwing a `SocketError` of kind PERMISSION_DENIED (403), or anything
 * else (500).
 *
 * @param signal is aborted when the client hangs up, or `handshakeTimeout` is over
 */
export type Authenticate = (request: UpgradeRequest, signal: AbortSignal) => unknown;

/** Options of `upgrade`. */
export interface UpgradeOptions extends OriginOptions {
  /** The subprotocols that are spoken, the preferred first; or what chooses one. @default none */
  readonly protocols?: readonly string[] | ChooseProtocol | undefined;
  /** Further header fields of the answer. */
  readonly headers?: ResponseHeaders | undefined;
  /** Says who the client is, or refuses it. */
  readonly authenticate?: Authenticate | undefined;
  /**
   * Longest handshake from the request on, `authenticate` included: ms or a Go duration string; 0 or `Infinity`
   * for no limit. @default "10s"
   */
  readonly handshakeTimeout?: Duration | undefined;
  /** Whether to agree to permessage-deflate. @default Compression.DISABLED */
  readonly compression?: Compression | undefined;
  /**
   * Smallest message that is compressed, in bytes of payload, 0 to 100 MiB.
   * @default 128 with a context, 512 without
   */
  readonly compressionThreshold?: number | undefined;
  /** How hard zlib tries to make a message small: 1 is fastest, 9 smallest, 0 does not compress. @default 6 */
  readonly compressionLevel?: number | undefined;
  /**
   * Who makes and reads the frames. `"ws"` is slower, and there to be compared with; `ONESOCKET_FRAMING=ws` in
   * the environment makes it the default.
   * @default "own"
   */
  readonly framing?: "own" | "ws" | undefined;
  /**
   * Largest message accepted, in bytes after decompression, 0 to 128 MiB; a larger one closes the connection with
   * 1009. @default 16 MiB
   */
  readonly readLimit?: number | undefined;
  /**
   * Bytes of output that a client may keep waiting, 0 or more, or `Infinity`; one that is further behind is closed
   * on with 1013 at the next send. @default 1 MiB
   */
  readonly maxUnsent?: number | undefined;
  /** The proxies that are believed about address and scheme of a client. @default false */
  readonly trustProxy?: TrustProxy | undefined;
}

function isProtocols(value: unknown): string | null {
  if (typeof value === "function") return null;
  if (!Array.isArray(value)) return "a list of subprotocols, or a function";
  try {
    if (value.every((name) => typeof name === "string")) {
      checkProtocols(value);
      return null;
    }
  } catch {
    // It says what is wrong with one of them; what they all must be says more.
  }
  return "a list of tokens, each once";
}

/** Each option by itself. */
export const UPGRADE_CHECKS: Readonly<Record<string, Check>> = {
  allowedOrigins: (allowedOrigins) => {
    parseOriginOptions({ allowedOrigins } as UpgradeOptions);
    return null;
  },
  requireOrigin: isBoolean,
  protocols: isProtocols,
  headers: (headers) => {
    checkResponseHeaders(headers, "headers");
    return null;
  },
  authenticate: isFunction,
  handshakeTimeout: isDuration,
  compression: (value) =>
    Object.values<unknown>(Compression).includes(value)
      ? null
      : "a value of Compression: 0, 1 or 2",
  compressionThreshold: isWithin(0, MAX_COMPRESSION_THRESHOLD_BYTES),
  compressionLevel: isWithin(0, MAX_COMPRESSION_LEVEL),
  framing: (value) => (value === "own" || value === "ws" ? null : '"own" or "ws"'),
  readLimit: isWithin(0, MAX_READ_LIMIT_BYTES),
  maxUnsent: isCount(0),
  trustProxy: (value) => {
    createAddressReader(value as TrustProxy);
    return null;
  },
};

/** The options, read. */
export interface UpgradeSettings {
  readonly origins: OriginSettings;
  readonly choose: ChooseProtocol;
  readonly headers: ResponseHeaders;
  readonly authenticate: Authenticate | null;
  readonly handshakeTimeoutMs: number;
  readonly compression: Compression;
  readonly compressionThreshold: number | undefined;
  readonly compressionLevel: number | undefined;
  readonly framing: "own" | "ws" | undefined;
  readonly readLimit: number;
  readonly maxUnsent: number;
  addressOf(request: IncomingMessage): string;
  isSecure(request: IncomingMessage): boolean;
}

/** Reads options that have been checked. */
export function readUpgradeOptions(options: UpgradeOptions): UpgradeSettings {
  const { protocols = [], trustProxy } = options;
  return {
    origins: parseOriginOptions(options),
    choose: typeof protocols === "function" ? protocols : preferred([...protocols]),
    headers: structuredClone(options.headers ?? {}),
    authenticate: options.authenticate ?? null,
    handshakeTimeoutMs: parseDuration(options.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT_MS),
    compression: options.compression ?? Compression.DISABLED,
    compressionThreshold: options.compressionThreshold,
    compressionLevel: options.compressionLevel,
    framing: options.framing,
    readLimit: options.readLimit ?? DEFAULT_READ_LIMIT_BYTES,
    maxUnsent: options.maxUnsent ?? DEFAULT_MAX_UNSENT_BYTES,
    addressOf: createAddressReader(trustProxy),
    isSecure: createSchemeReader(trustProxy),
  };
}

function preferred(spoken: readonly string[]): ChooseProtocol {
  return (offered) => spoken.find((name) => offered.includes(name));
}
