/** Ws socket: what the adapter asks of a `ws` socket, and a `ws` socket of its owner. */

import type { ClientRequest, IncomingMessage } from "node:http";
import type { WebSocket as WsSocket } from "ws";
import type { WebSocketOptions } from "./adapter.ts";

/** The events of a `ws` socket, messages apart. */
export type WsEvent =
  | [name: "open"]
  | [name: "ping", payload: Buffer]
  | [name: "pong", payload: Buffer]
  | [name: "error", error: Error]
  | [name: "close", code: number, reason: Buffer]
  | [name: "upgrade", response: IncomingMessage]
  | [name: "unexpected-response", request: ClientRequest, response: IncomingMessage];

/** Who takes the events of a `ws` socket. */
export interface WsOwner {
  handleMessage(payload: Buffer, isBinary: boolean): void;
  /** @returns whether it knows the event */
  handle(...event: WsEvent): boolean;
}

/** A `ws` socket that hands its events straight to its owner: no listener of its own for each kind. */
export interface ReportingSocket extends WsSocket {
  owner: WsOwner | null;
  /** Whether a close frame was sent: asked for by its owner, or by ws as the answer to the peer's. */
  readonly startedClosing: boolean;
}

/** Starts a handshake; it may throw what Node's `http`, `tls` or an agent throws. */
export type Connect = (url: URL, options: WebSocketOptions) => ReportingSocket;
