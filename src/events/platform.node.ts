/** Events of Node: an EventTarget made on first use, and the classes that Node lacks.
 *  Node 20 and 22 have no `CloseEvent`; its `console` shows nothing of an event's own fields. */

import type { SocketError } from "../errors.ts";
import type { CloseEventFields, SocketCloseEvent, SocketErrorEvent } from "./event-types.ts";

export { Emitter } from "./emitter.ts";
export { completeTarget, LazyEventTarget as SocketTarget, wake } from "./event-target.ts";

class OwnCloseEvent extends Event implements SocketCloseEvent {
  readonly #fields: CloseEventFields;

  constructor(type: string, fields: CloseEventFields) {
    super(type);
    this.#fields = fields;
  }
  get code(): number {
    return this.#fields.code;
  }
  get reason(): string {
    return this.#fields.reason;
  }
  get wasClean(): boolean {
    return this.#fields.wasClean;
  }
  get [Symbol.toStringTag](): string {
    return "CloseEvent";
  }
}

class SocketFailure extends Event implements SocketErrorEvent {
  readonly #error: SocketError;

  constructor(error: SocketError) {
    super("error");
    this.#error = error;
  }
  get error(): SocketError {
    return this.#error;
  }
  get message(): string {
    return this.#error.message;
  }
  get [Symbol.toStringTag](): string {
    return "ErrorEvent";
  }
  /** `console.error(event)` shows the reason. */
  [Symbol.for("nodejs.util.inspect.custom")](): SocketError {
    return this.#error;
  }
}

/** Reports the error of a listener where something can, else throws it in a task of its own. */
export function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else {
    setTimeout(() => {
      throw error;
    });
  }
}

export function createCloseEvent(fields: CloseEventFields): Event {
  const Platform = globalThis.CloseEvent ?? OwnCloseEvent;
  return new Platform("close", fields);
}

export function createErrorEvent(error: SocketError): Event {
  return new SocketFailure(error);
}
