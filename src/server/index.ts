/** onesocket/server: the public names, and nothing else. */

export type { HttpServer } from "./attach.ts";
export type { Overflow } from "./broadcast.ts";
export type { TrustProxy } from "./client-address.ts";
export type {
  CloseMessage,
  DroppedMessage,
  ErrorMessage,
  OpenMessage,
  RefusedMessage,
  UpgradeMessage,
} from "./diagnostics.ts";
export type { Handler } from "./handlers.ts";
export type { OriginOptions } from "./origin-check.ts";
export type { ListenOptions } from "./own-server.ts";
export type { UpgradeHook } from "./reception.ts";
export type { Refusal } from "./refusal.ts";
export type { ParamsOf, RouteParams } from "./routes.ts";
export type { ServerConnection } from "./server-connection.ts";
export type { SocketStats } from "./stats.ts";
export type { Member, Topic, TopicSendOptions } from "./topic.ts";
export type { PendingUpgrade } from "./upgrade.ts";
export { upgrade } from "./upgrade.ts";
export type {
  Authenticate,
  ChooseProtocol,
  ResponseHeaders,
  UpgradeOptions,
} from "./upgrade-options.ts";
export type { UpgradeRequest } from "./upgrade-request.ts";
export { type ShutdownOptions, WebSockets } from "./websockets.ts";
export type { ErrorHandler, WebSocketsOptions } from "./websockets-options.ts";
