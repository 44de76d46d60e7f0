/** Event types: the kinds of event, and what those of the W3C face carry, by whatever class a platform makes them. */

import type { SocketError } from "../errors.ts";

/** The kinds of event of a socket. */
export const EVENT_NAMES = ["open", "message", "close", "error"] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/** The event of a message: `data` is a string, or bytes as `binaryType` says. */
export interface SocketMessageEvent extends Event {
  readonly data: string | ArrayBuffer | Blob;
  /** The origin of the socket's URL, as `"wss://example.com"`. */
  readonly origin: string;
}

/** The event of the end. */
export interface SocketCloseEvent extends Event {
  /** The peer's close code; 1005 when it gave none, 1006 when there was no close frame. */
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** The event of a failure; `close` follows in the same task. */
export interface SocketErrorEvent extends Event {
  /** Why, as far as the platform tells. */
  readonly error: SocketError;
  /** `error.message`: one line that can be pasted. */
  readonly message: string;
}

/** What a message event is made of. */
export type MessageEventFields = Pick<SocketMessageEvent, "data" | "origin">;

/** What a close event is made of. */
export type CloseEventFields = Pick<SocketCloseEvent, "code" | "reason" | "wasClean">;
