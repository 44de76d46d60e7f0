/** Events of pages, workers, Deno and Bun: the platform's own classes, which are all there. */

import type { SocketError } from "../errors.ts";
import type { CloseEventFields, MessageEventFields } from "./event-types.ts";

export { SmallEmitter as Emitter } from "./small-emitter.ts";

/** What a socket's class extends. */
export const SocketTarget = EventTarget;

/** Completes the prototype of a class that extends `SocketTarget`: here it is complete. */
export function completeTarget(_prototype: object): void {}

/** Reports the error of a listener. */
export function report(error: unknown): void {
  reportError(error);
}

/** Runs `step` once all microtasks have run: here it does not wait, since no script can make it. */
export function afterMicrotasks(step: () => void): void {
  step();
}

/** Calls `act` once `signal` is aborted; the function returned stops that. */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  signal.addEventListener("abort", act);
  return () => signal.removeEventListener("abort", act);
}

export function createMessageEvent(fields: MessageEventFields): Event {
  return new MessageEvent("message", fields);
}

export function createCloseEvent(fields: CloseEventFields): Event {
  return new CloseEvent("close", fields);
}

export function createErrorEvent(error: SocketError): Event {
  return new ErrorEvent("error", { error, message: error.message });
}
