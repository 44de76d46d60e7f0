/** Emitter: the store of `addListener`'s handlers in Node: eventemitter3, with removal of one registration. */

import { EventEmitter } from "eventemitter3";
import type { Call, CallStore } from "./call.ts";

/** Emitted in place of data, it collects the calls of an event: eventemitter3 does not list contexts. */
const collected: Call[] = [];

/** The one function that all calls share, each being its context: smaller than a closure for each. */
function deliver(this: Call, data: unknown): void {
  if (data === collected) collected.push(this);
  else this.run(data);
}

export class Emitter extends EventEmitter<string> implements CallStore {
  /** The one call of "message" where there is just one, to be called without a walk. */
  #only: Call | null = null;

  add(event: string, call: Call): void {
    this.on(event, deliver, call);
    if (event === "message") this.#noteOnly();
  }

  remove(event: string, handler: unknown): void {
    const calls = this.#callsOf(event);
    const newest = calls.findLast((call) => call.handler === handler);
    if (newest === undefined) return;
    if (calls.length > 1) this.off(event, deliver, newest);
    else this.#forget(event);
    if (event === "message") this.#noteOnly();
  }

  #noteOnly(): void {
    const [first = null, second] = this.#callsOf("message");
    this.#only = second === undefined ? first : null;
  }

  override emit(event: string, data: unknown): boolean {
    if (this.#only === null || event !== "message") return super.emit(event, data);
    this.#only.run(data);
    return true;
  }

  #callsOf(event: string): Call[] {
    super.emit(event, collected);
    return collected.splice(0);
  }

  /** Removes an event. By `off` its key would be deleted, and V8 then keeps the rest as a slow dictionary. */
  #forget(event: string): void {
    const kept: [name: string, calls: Call[]][] = [];
    for (const name of this.eventNames()) {
      if (name !== event) kept.push([name, this.#callsOf(name)]);
    }
    this.removeAllListeners();
    for (const [name, calls] of kept) {
      for (const call of calls) this.add(name, call);
    }
  }
}
