/** Client handshake: what the adapter asks of the opening handshake of a client, whoever does it, and who makes the
 *  frames behind it. */

import type { ClientRequest, IncomingMessage } from "node:http";
import type { WebSocketOptions } from "./adapter.ts";
import type { FramedConnection } from "./frame-socket.ts";
import type { Wire, WireOwner } from "./wire.ts";

/** Who takes what comes of a handshake: `handleError` says why it fails, `handleEnd` that it has. */
export interface HandshakeOwner extends WireOwner {
  /** The server has agreed, as far as the status goes; what it says is checked when this has returned. */
  handleUpgrade(response: IncomingMessage): void;
  /** It has answered with another status than 101. */
  handleRefusal(request: ClientRequest, response: IncomingMessage): void;
  /** Makes and reads the frames of a connection from here on, its handshake being done. */
  takeOver(connection: Omit<FramedConnection, "extensions">): void;
}

/** A handshake on its way, CONNECTING: it can be ended. Where ws makes the frames it goes on to be the wire itself. */
export interface ClientHandshake extends Wire {
  owner: HandshakeOwner | null;
}

/** Starts a handshake; it may throw what Node's `http`, `tls` or an agent throws. */
export type StartHandshake = (url: URL, options: WebSocketOptions) => ClientHandshake;
