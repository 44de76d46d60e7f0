/** Link: what connections need of the platform beside the WebSocket that they stand on.
 *  They know nothing else of adapters. */

export { linkDialer } from "#default-dialer";
export type {
  Adapter,
  AdapterSink,
  CloseInfo,
  Dialer,
  DialRequest,
  WebSocketOptions,
} from "./adapter/adapter.ts";
export { unsupported } from "./adapter/native.ts";
