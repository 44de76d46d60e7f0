/** The public runtime names of the package. A name is added here and in `src/index.ts`, on purpose. */

export const PUBLIC_NAMES: readonly string[] = [
  "ByteBuffer",
  "Channel",
  "CloseCode",
  "Compression",
  "MessageType",
  "ReadyState",
  "SocketError",
  "WebSocket",
  "after",
  "connect",
  "createPolicy",
  "denyPrivateNetworks",
  "isBinary",
  "isSocketError",
  "isText",
  "select",
  "setDefaultPolicy",
];

/** Those of `onesocket/server`; the others are types. */
export const SERVER_NAMES: readonly string[] = ["WebSockets", "upgrade"];
