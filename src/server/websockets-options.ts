/** WebSockets options: those of every handshake, and the limits of a server. */

import { type Duration, parseDuration } from "../base/duration.ts";
import type { ConnectOptions } from "../connection/connect-options.ts";
import { MAX_CHANNEL_CAPACITY } from "../constants.ts";
import type { WebSocket } from "../websocket.ts";
import type { AddressLimitOptions } from "./address-limits.ts";
import type { SilenceLimits } from "./heartbeat.ts";
import {
  type Check,
  checkOptions,
  isCount,
  isDuration,
  isFunction,
  isWithin,
} from "./option-checks.ts";
import type { RateLimits } from "./peer.ts";
import type { ServerConnection } from "./server-connection.ts";
import {
  readUpgradeOptions,
  UPGRADE_CHECKS,
  type UpgradeOptions,
  type UpgradeSettings,
} from "./upgrade-options.ts";

const DEFAULT_MAX_CONNECTIONS = 10_000;
const DEFAULT_MAX_CONNECTIONS_PER_ADDRESS = 5_000;
const DEFAULT_UPGRADES_PER_SECOND = 1_000;
const DEFAULT_PING_INTERVAL = "30s";
const DEFAULT_PONG_TIMEOUT = "30s";
const DEFAULT_READ_TIMEOUT = "5m";

/**
 * Told of what a handler, a hook or `authenticate` threw, and where it was about a client, of whom; and of errors
 * of the server that `listen` has made.
 */
export type ErrorHandler = (
  error: unknown,
  connection: ServerConnection | WebSocket | null,
) => void;

/** Options of `WebSockets`. */
export interface WebSocketsOptions extends UpgradeOptions {
  /** Connections in all, those still in their handshake included; then 503. `Infinity` for no limit. @default 10,000 */
  readonly maxConnections?: number | undefined;
  /** Connections of one client: an IPv4 address, or a /64 of IPv6; then 429. @default 5,000 */
  readonly maxConnectionsPerAddress?: number | undefined;
  /** Upgrades that one client may try in a second; then 429. @default 1,000 */
  readonly upgradesPerSecond?: number | undefined;
  /**
   * Messages that a connection may send in a second, as many at once; then it is closed on with 1008. Without a
   * limit who does not read is not sent more: handlers are never flooded. @default Infinity
   */
  readonly messagesPerSecond?: number | undefined;
  /** Bytes of payload that a connection may send in a second; then 1008. @default Infinity */
  readonly bytesPerSecond?: number | undefined;
  /** Silence after which a client is pinged; `Infinity` or 0 for no pings. @default "30s" */
  readonly pingInterval?: Duration | undefined;
  /** Silence after a ping with which a client counts as gone, and is dropped. @default "30s" */
  readonly pongTimeout?: Duration | undefined;
  /**
   * Silence after which a client is closed on with 1001; pongs count as life, so that it matters where pings are
   * off. `Infinity` or 0 for none. @default "5m"
   */
  readonly readTimeout?: Duration | undefined;
  /** As in `connect`, for the connections of handlers. @default Infinity */
  readonly writeTimeout?: Duration | undefined;
  /** Messages that a handler's connection holds unread before reading stops, 1 to 10,000. @default 32 */
  readonly channelCapacity?: number | undefined;
  /** Told what a handler threw; nothing of it reaches the client. @default writes it with console.error */
  readonly onError?: ErrorHandler | undefined;
}

const CHECKS: Readonly<Record<string, Check>> = {
  ...UPGRADE_CHECKS,
  maxConnections: isCount(1),
  maxConnectionsPerAddress: isCount(1),
  upgradesPerSecond: isCount(1),
  messagesPerSecond: isCount(1),
  bytesPerSecond: isCount(1),
  pingInterval: isDuration,
  pongTimeout: isDuration,
  readTimeout: isDuration,
  writeTimeout: isDuration,
  channelCapacity: isWithin(1, MAX_CHANNEL_CAPACITY),
  onError: isFunction,
};

/** The options, read. */
export interface WebSocketsSettings extends AddressLimitOptions, RateLimits, SilenceLimits {
  readonly upgrade: UpgradeSettings;
  readonly session: Pick<ConnectOptions, "channelCapacity" | "writeTimeout">;
  readonly onError: ErrorHandler;
}

/** @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, that names every wrong option */
export function readWebSocketsOptions(options: WebSocketsOptions): WebSocketsSettings {
  checkOptions("WebSockets", options, CHECKS);
  const upgrade = readUpgradeOptions(options);
  return {
    upgrade,
    maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    maxConnectionsPerAddress:
      options.maxConnectionsPerAddress ?? DEFAULT_MAX_CONNECTIONS_PER_ADDRESS,
    upgradesPerSecond: options.upgradesPerSecond ?? DEFAULT_UPGRADES_PER_SECOND,
    messagesPerSecond: options.messagesPerSecond ?? Number.POSITIVE_INFINITY,
    bytesPerSecond: options.bytesPerSecond ?? Number.POSITIVE_INFINITY,
    readLimit: upgrade.readLimit,
    pingIntervalMs: toLimit(options.pingInterval ?? DEFAULT_PING_INTERVAL),
    pongTimeoutMs: toLimit(options.pongTimeout ?? DEFAULT_PONG_TIMEOUT),
    readTimeoutMs: toLimit(options.readTimeout ?? DEFAULT_READ_TIMEOUT),
    // Its silence is the heartbeat's business; and an adapter that stops reading needs no `maxBacklog`.
    session: { channelCapacity: options.channelCapacity, writeTimeout: options.writeTimeout },
    onError: options.onError ?? logError,
  };
}

/** 0 means no limit, as everywhere. */
function toLimit(duration: Duration): number {
  return parseDuration(duration) || Number.POSITIVE_INFINITY;
}

function logError(error: unknown): void {
  console.error("onesocket: a handler failed:", error);
}
