/** Frame handshake: what the adapter asks of the handshake of a client, whoever does it, and who makes the frames
 *  behind it. */

import type { ClientRequest, IncomingMessage } from "node:http";
import type { WebSocketOptions } from "./adapter.ts";
import type { FramedConnection } from "./frame-socket.ts";
import type { Wire, WireOwner } from "./wire.ts";

/** Who takes what comes of a handshake: `handleError` says why it fails, `handleEnd` that it has. */
export interface HandshakeOwner extends WireOwner {
  /** The server has agreed, as far as the status goes; what it says is checked when this has returned. */
  handleUpgrade(response: IncomingMessage): void;
  /** It has answered something else. */
  handleRefusal(request: ClientRequest, response: IncomingMessage): void;
  /** Takes over a connection, the handshake being done; false leaves its frames to ws. */
  takeOver(connection: Omit<FramedConnection, "extensions">): boolean;
}

/** A handshake on its way; it goes on to be the wire where ws makes the frames. */
export interface ClientHandshake extends Wire {
  owner: HandshakeOwner | null;
}

/** Starts a handshake; it may throw what Node's `http`, `tls` or an agent throws. */
export type StartHandshake = (url: URL, options: WebSocketOptions) => ClientHandshake;
