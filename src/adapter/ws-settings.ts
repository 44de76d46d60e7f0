/** Ws settings: what a socket of Node goes by, and what ws and our reader make of it. */

import {
  CLOSE_TIMEOUT_MS,
  Compression,
  DEFAULT_COMPRESSION_LEVEL,
  DEFAULT_COMPRESSION_THRESHOLD_BYTES,
  DEFAULT_READ_LIMIT_BYTES,
} from "../constants.ts";
import type { WebSocketOptions } from "./adapter.ts";
import type { ReaderSettings } from "./frame-reader.ts";

/** Messages, and bytes of their payload; counted up by whoever carries them. */
export interface Traffic {
  messagesIn: number;
  bytesIn: number;
  messagesOut: number;
  bytesOut: number;
}

/** What a connection goes by, dialled or accepted. */
export interface WsOptions
  extends Pick<
    WebSocketOptions,
    "compression" | "compressionLevel" | "compressionThreshold" | "framing" | "readLimit"
  > {
  /** Bytes that the peer may keep waiting, before it is closed on with 1013. @default Infinity */
  readonly maxUnsent?: number | undefined;
  /** Where what is sent and received is counted up. */
  readonly traffic?: Traffic | undefined;
}

/** Bytes of a message that pay for a fragment, or for two chunks from the network: those of slow links are small. */
const BYTES_PER_FRAGMENT = 1024;
const MIN_FRAGMENTS = 1024;

/** What each mode offers (RFC 7692, section 7.1.1); the adapter decides which messages are compressed. */
const DEFLATE = {
  [Compression.DISABLED]: false,
  [Compression.CONTEXT_TAKEOVER]: { threshold: 0 },
  [Compression.NO_CONTEXT]: {
    threshold: 0,
    clientNoContextTakeover: true,
    serverNoContextTakeover: true,
  },
} as const;

/** The options in the words of `ws`: alike for both sides. */
export function toWsSettings(options: WsOptions): object {
  const maxPayload = maxPayloadOf(options);
  return {
    perMessageDeflate: toDeflate(options),
    maxPayload,
    ...pieceLimits(maxPayload),
    closeTimeout: CLOSE_TIMEOUT_MS,
    // The adapter answers pings itself.
    autoPong: false,
  };
}

function toDeflate(options: WsOptions): object | false {
  const offer = DEFLATE[options.compression ?? Compression.DISABLED];
  return offer && { ...offer, zlibDeflateOptions: { level: compressionLevelOf(options) } };
}

/** How many pieces a message may come in, in the words of `ws`, which closes with 1008 past them. */
export function pieceLimits(maxPayload: number): {
  maxFragments: number;
  maxBufferedChunks: number;
} {
  const maxFragments = Math.max(Math.ceil(maxPayload / BYTES_PER_FRAGMENT), MIN_FRAGMENTS);
  return { maxFragments, maxBufferedChunks: 2 * maxFragments };
}

/** How frames are read here. */
export function toReaderSettings(options: WsOptions, isServer: boolean): ReaderSettings {
  const readLimit = readLimitOf(options);
  const { maxFragments } = pieceLimits(readLimit);
  return { isServer, readLimit, maxFragments };
}

/** What the environment says, once it was asked: to ask costs a microsecond. */
let usualFraming: "own" | "ws" | undefined;

/** Who makes and reads the frames: the option, else the environment, else this library. */
export function framingOf({ framing }: WsOptions): "own" | "ws" {
  usualFraming ??= readFraming();
  return framing ?? usualFraming;
}

function readFraming(): "own" | "ws" {
  const { ONESOCKET_FRAMING } = process.env;
  return ONESOCKET_FRAMING === "ws" ? "ws" : "own";
}

/** Whether `ws` is needed: to agree on compression, or to make the frames. */
export function needsWs(options: WsOptions): boolean {
  const { compression = Compression.DISABLED } = options;
  return framingOf(options) === "ws" || compression !== Compression.DISABLED;
}

/** The largest message accepted, in bytes. */
export function readLimitOf(options: WebSocketOptions): number {
  return options.readLimit ?? DEFAULT_READ_LIMIT_BYTES;
}

/** The limit as `ws` takes it: 0 is none there, so a message of one byte is refused by the adapter. */
function maxPayloadOf(options: WebSocketOptions): number {
  return Math.max(readLimitOf(options), 1);
}

/** The smallest message that is compressed where the peer agreed to compression, in bytes. */
export function compressionThresholdOf(options: WebSocketOptions): number {
  const { compression = Compression.DISABLED, compressionThreshold } = options;
  return compressionThreshold ?? DEFAULT_COMPRESSION_THRESHOLD_BYTES[compression];
}

/** How hard it is tried to make a message small. */
export function compressionLevelOf({
  compressionLevel = DEFAULT_COMPRESSION_LEVEL,
}: WsOptions): number {
  return compressionLevel;
}
