/** onesocket: the public names, and nothing else. */

export type { CloseInfo, TlsOptions, WebSocketOptions } from "./adapter/adapter.ts";
export type { Duration } from "./base/duration.ts";
export type { Protocols } from "./base/url.ts";
export type { ByteOrder } from "./buffer.ts";
export { ByteBuffer } from "./buffer.ts";
export type { AbortOptions, Case } from "./connection/channel.ts";
export { Channel } from "./connection/channel.ts";
export { connect } from "./connection/connect.ts";
export type { ConnectOptions } from "./connection/connect-options.ts";
export type { Connection, ReceiveChannel } from "./connection/connection.ts";
export type { Bytes, Message, MessageData } from "./connection/message.ts";
export { isBinary, isText } from "./connection/message.ts";
export type { Received } from "./connection/queue.ts";
export type { NoneReady, Selected, SelectOptions } from "./connection/select.ts";
export { after, select } from "./connection/select.ts";
export type { WaitOptions } from "./connection/wait.ts";
export { CloseCode, Compression, MessageType, ReadyState } from "./constants.ts";
export type { BinaryType, ListenerData, WebSocketEventMap } from "./dispatch.ts";
export type { ErrorKind, SocketErrorOptions } from "./errors.ts";
export { isSocketError, SocketError } from "./errors.ts";
export type {
  EventName,
  SocketCloseEvent,
  SocketErrorEvent,
  SocketMessageEvent,
} from "./events/event-types.ts";
export type { Condition, Operator, PolicyRequest } from "./policy/conditions.ts";
export type { Policy, Statement } from "./policy/policy.ts";
export { createPolicy, denyPrivateNetworks, setDefaultPolicy } from "./policy/policy.ts";
export { WebSocket } from "./websocket.ts";
