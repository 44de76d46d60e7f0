/** Diagnostics: what a server does, on channels of node:diagnostics_channel.
 *  Costs one look at a field while nobody has subscribed. */

import { channel } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { CloseInfo } from "../link.ts";
import type { WebSocket } from "../websocket.ts";
import type { Refusal } from "./refusal.ts";

// A subscriber runs within `publish`. When it throws, Node goes on with the next one and hands the error to the
// process as 'uncaughtException' on the next tick (lib/diagnostics_channel.js): nothing reaches the caller here.

/** On `onesocket:upgrade`: a handshake was accepted, and answered with 101. */
export interface UpgradeMessage {
  /** The handshake. Its header may hold secrets, as `Authorization` and `Cookie`. */
  readonly request: IncomingMessage;
  /** The client's address, as `trustProxy` has it; `""` where there is none. */
  readonly address: string;
  /** The subprotocol chosen, or `""`. */
  readonly protocol: string;
}

/** On `onesocket:refused`: a handshake was refused, or abandoned by the peer. */
export interface RefusedMessage {
  /** The handshake. Its header may hold secrets, as `Authorization` and `Cookie`. */
  readonly request: IncomingMessage;
  /** The client's address, as `trustProxy` has it; `""` where there is none. */
  readonly address: string;
  /** Why: its `code` is the key in `stats().refused`. */
  readonly refusal: Refusal;
}

/** On `onesocket:open`: a socket is open, and in the registry. */
export interface OpenMessage {
  /** The socket's id. */
  readonly id: string;
  readonly socket: WebSocket;
  /** The handshake. Its header may hold secrets, as `Authorization` and `Cookie`. */
  readonly request: IncomingMessage;
  /** The client's address, as `trustProxy` has it; `""` where there is none. */
  readonly address: string;
}

/** On `onesocket:close`: a socket has ended, and left the registry. */
export interface CloseMessage {
  /** The socket's id. */
  readonly id: string;
  readonly socket: WebSocket;
  /** The close code; 1006 where there was no close frame. */
  readonly code: number;
  /** The reason, as whoever closed it wrote it: maybe the peer. */
  readonly reason: string;
  /** Whether both sides took part in the close. */
  readonly wasClean: boolean;
}

/** On `onesocket:error`: a handler threw, or a socket failed. */
export interface ErrorMessage {
  readonly error: unknown;
  /** The socket's id; null where the error is of none. */
  readonly id: string | null;
  readonly socket: WebSocket | null;
}

/** On `onesocket:dropped`: messages were not sent to a socket that did not keep up. */
export interface DroppedMessage {
  /** The socket's id. */
  readonly id: string;
  readonly socket: WebSocket;
  /** How many. */
  readonly messages: number;
  /** The topic they were of; null where they were of none. */
  readonly topic: string | null;
}

const upgrades = channel("onesocket:upgrade");
const refusals = channel("onesocket:refused");
const opens = channel("onesocket:open");
const closes = channel("onesocket:close");
const errors = channel("onesocket:error");
const drops = channel("onesocket:dropped");

/** Publishes an `UpgradeMessage`. */
export function publishUpgrade(request: IncomingMessage, address: string, protocol: string): void {
  if (!upgrades.hasSubscribers) return;
  upgrades.publish({ request, address, protocol } satisfies UpgradeMessage);
}

/** Publishes a `RefusedMessage`. */
export function publishRefused(request: IncomingMessage, address: string, refusal: Refusal): void {
  if (!refusals.hasSubscribers) return;
  refusals.publish({ request, address, refusal } satisfies RefusedMessage);
}

/** Publishes an `OpenMessage`. */
export function publishOpen(socket: WebSocket, request: IncomingMessage, address: string): void {
  if (!opens.hasSubscribers) return;
  opens.publish({ id: socket.id, socket, request, address } satisfies OpenMessage);
}

/** Publishes a `CloseMessage`. */
export function publishClose(socket: WebSocket, { code, reason, wasClean }: CloseInfo): void {
  if (!closes.hasSubscribers) return;
  closes.publish({ id: socket.id, socket, code, reason, wasClean } satisfies CloseMessage);
}

/** Publishes an `ErrorMessage`. */
export function publishError(error: unknown, socket: WebSocket | null): void {
  if (!errors.hasSubscribers) return;
  errors.publish({ error, id: socket?.id ?? null, socket } satisfies ErrorMessage);
}

/** Publishes a `DroppedMessage`. */
export function publishDropped(socket: WebSocket, messages: number, topic: string | null): void {
  if (!drops.hasSubscribers) return;
  drops.publish({ id: socket.id, socket, messages, topic } satisfies DroppedMessage);
}
