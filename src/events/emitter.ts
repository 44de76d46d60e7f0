/** Emitter: the store of `addListener`'s handlers in Node. Most events have one, which is kept as it is;
 *  where there are more, eventemitter3 keeps them. */

import { EventEmitter } from "eventemitter3";
import type { Call, CallStore } from "./call.ts";
import type { EventName } from "./event-types.ts";

/** Emitted in place of data, it collects the calls: eventemitter3 does not list contexts. */
class Collection {
  readonly calls: Call[] = [];
}

/** The one function that all calls share, each being its context: smaller than a closure for each. */
function deliver(this: Call, data: unknown): void {
  if (data instanceof Collection) data.calls.push(this);
  else this.run(data);
}

/** Calls of one event, as one call. */
class Several implements Call {
  readonly event: EventName;
  readonly handler = null;
  readonly #emitter = new EventEmitter<"call">();

  constructor(first: Call) {
    this.event = first.event;
    this.add(first);
  }

  add(call: Call): this {
    this.#emitter.on("call", deliver, call);
    return this;
  }

  run(data: unknown): void {
    this.#emitter.emit("call", data);
  }

  /** Removes the newest call of `handler`. @returns whether there are others */
  remove(handler: unknown): boolean {
    const collection = new Collection();
    this.run(collection);
    const newest = collection.calls.findLast((call) => call.handler === handler);
    if (newest !== undefined) this.#emitter.off("call", deliver, newest);
    return this.#emitter.listenerCount("call") > 0;
  }
}

export class Emitter implements CallStore {
  // The calls of each event, under its name: fields of its own, since an idle socket keeps one of these.
  open: Call | null = null;
  message: Call | null = null;
  close: Call | null = null;
  error: Call | null = null;

  add(call: Call): void {
    const present = this[call.event];
    if (present instanceof Several) present.add(call);
    else this[call.event] = present === null ? call : new Several(present).add(call);
  }

  remove(event: EventName, handler: unknown): void {
    // It may be any name, also one that all objects have.
    const present = Object.hasOwn(this, event) ? this[event] : null;
    const stays =
      present instanceof Several ? present.remove(handler) : present?.handler !== handler;
    if (!stays) this[event] = null;
  }

  emit(event: EventName, data: unknown): void {
    this[event]?.run(data);
  }
}
