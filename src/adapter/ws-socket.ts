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
  /** A close frame is about to be sent. */
  handleClosing?(): void;
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

/** The class of `ws` with its statics, as its own server asks for it. */
export type ReportingClass = Pick<typeof WsSocket, keyof typeof WsSocket> & {
  new (address: null): ReportingSocket;
  new (address: string | URL, protocols?: string | object, options?: object): ReportingSocket;
};

/** The class of `ws`, its sockets reporting to their adapters. */
export function createReportingClass(Ws: typeof WsSocket): ReportingClass {
  return class extends Ws implements ReportingSocket {
    owner: WsOwner | null = null;
    startedClosing = false;

    override close(code?: number, reason?: string | Buffer): void {
      this.owner?.handleClosing?.();
      this.startedClosing = true;
      super.close(code, reason);
    }

    override emit(name: string | symbol, first?: unknown, second?: unknown): boolean {
      // Not even null where the constructor of ws threw with a request already made, or opens at once.
      if (!this.owner) return false;
      if (name !== "message") return this.owner.handle(...([name, first, second] as WsEvent));
      this.owner.handleMessage(first as Buffer, second as boolean);
      return true;
    }
  };
}
