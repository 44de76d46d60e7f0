/** Events: what the W3C face hands to its listeners, the platform's own classes where it has them.
 *  Node 20 and 22 lack `CloseEvent`; Node lacks `ErrorEvent`. */

import type { SocketError } from "../errors.ts";

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

type CloseEventFields = Pick<SocketCloseEvent, "code" | "reason" | "wasClean">;

class OwnCloseEvent extends Event implements SocketCloseEvent {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;

  constructor(type: string, { code, reason, wasClean }: CloseEventFields) {
    super(type);
    this.code = code;
    this.reason = reason;
    this.wasClean = wasClean;
  }
  get [Symbol.toStringTag](): string {
    return "CloseEvent";
  }
}

class OwnErrorEvent extends Event implements SocketErrorEvent {
  readonly error: SocketError;
  readonly message: string;

  constructor(type: string, { error, message }: { error: SocketError; message: string }) {
    super(type);
    this.error = error;
    this.message = message;
  }
  get [Symbol.toStringTag](): string {
    return "ErrorEvent";
  }
  /** `console.error(event)` in Node shows the reason, which its way with events would leave out. */
  [Symbol.for("nodejs.util.inspect.custom")](): SocketError {
    return this.error;
  }
}

export function createCloseEvent(fields: CloseEventFields): Event {
  const Platform = globalThis.CloseEvent ?? OwnCloseEvent;
  return new Platform("close", fields);
}

export function createErrorEvent(error: SocketError): Event {
  const Platform = globalThis.ErrorEvent ?? OwnErrorEvent;
  return new Platform("error", { error, message: error.message });
}

export function createMessageEvent(data: string | ArrayBuffer | Blob, origin: string): Event {
  return new MessageEvent("message", { data, origin });
}
