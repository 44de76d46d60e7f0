/** Events of Node: an EventTarget made on first use, and the classes that Node lacks or has in part.
 *  Node 20 and 22 have no `CloseEvent`; no `console` of Node shows an event's own fields. */

import type { SocketError } from "../errors.ts";
import type {
  CloseEventFields,
  MessageEventFields,
  SocketCloseEvent,
  SocketErrorEvent,
} from "./event-types.ts";

export { whenAborted } from "../base/signal.ts";
export { Emitter } from "./emitter.ts";
export { completeTarget, LazyEventTarget as SocketTarget } from "./event-target.ts";

/** Finishes a class as Web IDL has it: its name in both places, its attributes enumerable. */
function finishClass(
  Class: { readonly prototype: object },
  name: string,
  attributes: readonly string[],
): void {
  Object.defineProperty(Class, "name", { value: name });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: name, configurable: true });
  for (const attribute of attributes) {
    Object.defineProperty(Class.prototype, attribute, { enumerable: true });
  }
}

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
  static {
    finishClass(OwnCloseEvent, "CloseEvent", ["code", "reason", "wasClean"]);
  }
}

const NO_PORTS: readonly MessagePort[] = Object.freeze([]);

/** Node's own event of a message, shown by its name and with the frozen `ports` that the standard asks for. */
class OwnMessageEvent extends MessageEvent<MessageEventFields["data"]> {
  override get ports(): readonly MessagePort[] {
    return NO_PORTS;
  }
  static {
    finishClass(OwnMessageEvent, "MessageEvent", ["ports"]);
  }
}

/** The event of a failure: a plain event, as the standard has it, that says why besides. */
class FailureEvent extends Event implements SocketErrorEvent {
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

/** Runs `step` once all microtasks have run, before any other task: Node runs ticks behind microtasks. */
export function afterMicrotasks(step: () => void): void {
  queueMicrotask(() => process.nextTick(step));
}

export function createMessageEvent(fields: MessageEventFields): Event {
  return new OwnMessageEvent("message", fields);
}

export function createCloseEvent(fields: CloseEventFields): Event {
  const Platform = globalThis.CloseEvent ?? OwnCloseEvent;
  return new Platform("close", fields);
}

export function createErrorEvent(error: SocketError): Event {
  return new FailureEvent(error);
}
