/** onesocket: the public names, and nothing else. */

export type { CloseInfo, TlsOptions, WebSocketOptions } from "./adapter/adapter.ts";
export type { Duration } from "./base/duration.ts";
export type { Protocols } from "./base/url.ts";
export type { ByteOrder } from "./buffer.ts";
export { ByteBuffer } from "./buffer.ts";
export { CloseCode, Compression, ReadyState } from "./constants.ts";
export type { BinaryType, ListenerData, WebSocketEventMap } from "./dispatch.ts";
export type { ErrorKind, SocketErrorOptions } from "./errors.ts";
export { isSocketError, SocketError } from "./errors.ts";
export type {
  EventName,
  SocketCloseEvent,
  SocketErrorEvent,
  SocketMessageEvent,
} from "./events/event-types.ts";
export { WebSocket } from "./websocket.ts";
