/** Events of pages, workers, Deno and Bun: the platform's own classes, which are all there. */

import type { SocketError } from "../errors.ts";
import type { CloseEventFields } from "./event-types.ts";

export { SmallEmitter as Emitter } from "./small-emitter.ts";

/** What a socket's class extends. */
export const SocketTarget = EventTarget;

/** Makes an object ready for use as an EventTarget: here it always is. */
export function wake(_target: EventTarget): void {}

/** Completes the prototype of a class that extends `SocketTarget`: here it is complete. */
export function completeTarget(_prototype: EventTarget): void {}

/** Reports the error of a listener. */
export function report(error: unknown): void {
  reportError(error);
}

export function createCloseEvent(fields: CloseEventFields): Event {
  return new CloseEvent("close", fields);
}

export function createErrorEvent(error: SocketError): Event {
  return new ErrorEvent("error", { error, message: error.message });
}
