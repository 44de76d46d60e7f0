/** Emitter: the store of `addListener`'s handlers in Node: eventemitter3, with removal of one registration. */

import { EventEmitter } from "eventemitter3";
import type { Call, CallStore } from "./call.ts";

export class Emitter extends EventEmitter<string> implements CallStore {
  add(event: string, call: Call): void {
    this.on(event, call);
  }

  remove(event: string, handler: unknown): void {
    const call = this.listeners(event).findLast(
      (listener) => "handler" in listener && listener.handler === handler,
    );
    if (call) this.off(event, call);
  }
}
