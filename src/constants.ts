/** Constants: the numbers of the protocol and the limits that hold unless an option says otherwise.
 *  Plain frozen tables, so that a page's bundle keeps only those it uses. */

/** States of a socket, as `WebSocket.readyState` gives them (WHATWG WebSockets, section 3.1). */
export const ReadyState = {
  CONNECTING: 0,
  OPEN: 1,
  CLOSING: 2,
  CLOSED: 3,
} as const;
export type ReadyState = (typeof ReadyState)[keyof typeof ReadyState];

/** Close codes (RFC 6455, section 7.4.1, and the registry that it opens). */
export const CloseCode = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_DATA: 1003,
  RESERVED: 1004,
  NO_STATUS: 1005,
  ABNORMAL_CLOSURE: 1006,
  INVALID_PAYLOAD: 1007,
  POLICY_VIOLATION: 1008,
  MESSAGE_TOO_BIG: 1009,
  MANDATORY_EXTENSION: 1010,
  INTERNAL_ERROR: 1011,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
  BAD_GATEWAY: 1014,
  TLS_HANDSHAKE: 1015,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** Whether messages are compressed with permessage-deflate (RFC 7692), and what is kept between them. */
export const Compression = {
  /** No compression is offered. */
  DISABLED: 0,
  /** The window is kept from message to message: smallest on the wire, most memory. */
  CONTEXT_TAKEOVER: 1,
  /** Each message is compressed by itself: less memory, larger on the wire. */
  NO_CONTEXT: 2,
} as const;
export type Compression = (typeof Compression)[keyof typeof Compression];

/** Longest opening handshake, in ms. */
export const DEFAULT_DIAL_TIMEOUT_MS = 10_000;
/** Longest closing handshake, in ms; then the connection is dropped. */
export const CLOSE_TIMEOUT_MS = 5_000;
/** Largest message accepted, in bytes after decompression. */
export const DEFAULT_READ_LIMIT_BYTES = 16 * 1024 * 1024;
/** Largest value that `readLimit` takes, in bytes. */
export const MAX_READ_LIMIT_BYTES = 128 * 1024 * 1024;
/** How hard it is tried to make a message small, of 0 to 9; what zlib takes by itself. */
export const DEFAULT_COMPRESSION_LEVEL = 6;
/** Largest value that `compressionLevel` takes. */
export const MAX_COMPRESSION_LEVEL = 9;
/** Largest value that `compressionThreshold` takes, in bytes. */
export const MAX_COMPRESSION_THRESHOLD_BYTES = 100 * 1024 * 1024;
/** Smallest message that is compressed, in bytes, by mode: below it the frame would hardly shrink. */
export const DEFAULT_COMPRESSION_THRESHOLD_BYTES = {
  [Compression.DISABLED]: Infinity,
  [Compression.CONTEXT_TAKEOVER]: 128,
  [Compression.NO_CONTEXT]: 512,
} as const;

/** Kinds of message (RFC 6455, section 11.8). */
export const MessageType = {
  TEXT: 1,
  BINARY: 2,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Messages that a connection holds before it stops reading. */
export const DEFAULT_CHANNEL_CAPACITY = 32;
/** Largest value that `channelCapacity` takes. */
export const MAX_CHANNEL_CAPACITY = 10_000;
/** Bytes of messages that a connection holds where it cannot stop reading. */
export const DEFAULT_MAX_BACKLOG_BYTES = 64 * 1024 * 1024;
