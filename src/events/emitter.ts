/** Emitter: the listeners of `addListener`, in order, each shielded from the others' errors.
 *  eventemitter3 keeps and calls them; what is added is the isolation and the removal of one registration. */

import { EventEmitter } from "eventemitter3";

/** A listener as `addListener` takes it, whatever its parameters are. */
export type Handler = (event: never, data: never, passedArg: never) => void;

/** Makes of incoming bytes what the listener gets; `last` is what it made for this listener before. */
export type ViewBytes = (bytes: Uint8Array, last: unknown) => unknown;

/** The listeners of one object. */
export class Emitter extends EventEmitter {
  /** Adds one registration; the same handler may be registered several times. */
  listen(event: string, handler: Handler, passedArg: unknown, view: ViewBytes): void {
    this.on(event, createCall(event, handler, passedArg, view));
  }

  /** Undoes the newest registration of `handler`; does nothing where there is none. */
  unlisten(event: string, handler: unknown): void {
    const call = this.listeners(event).findLast((listener) => handlerOf(listener) === handler);
    if (call) this.off(event, call);
  }
}

function handlerOf(listener: object): unknown {
  return "handler" in listener ? listener.handler : undefined;
}

function createCall(event: string, handler: Handler, passedArg: unknown, view: ViewBytes) {
  let last: unknown = null;
  const call = (data: unknown): void => {
    try {
      if (data instanceof Uint8Array) data = last = view(data, last);
      handler(event as never, data as never, passedArg as never);
    } catch (error) {
      report(error);
    }
  };
  call.handler = handler;
  return call;
}

/** Reports a listener's error where the platform can, else throws it in a task of its own. */
export function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else {
    setTimeout(() => {
      throw error;
    });
  }
}
