/** SmallEmitter: the store of `addListener`'s handlers in a page.
 *  It does what eventemitter3 does in Node, which alone would take a quarter of what a page may load. */

import type { Call, CallStore } from "./call.ts";
import type { EventName } from "./event-types.ts";

export class SmallEmitter implements CallStore {
  readonly #calls: Record<string, readonly Call[]> = Object.create(null);

  // A list that is being walked through is never changed, but replaced.
  add(call: Call): void {
    const { event } = call;
    this.#calls[event] = [...(this.#calls[event] ?? []), call];
  }

  remove(event: EventName, handler: unknown): void {
    const calls = this.#calls[event] ?? [];
    const newest = calls.findLastIndex((call) => call.handler === handler);
    this.#calls[event] = calls.filter((_call, index) => index !== newest);
  }

  emit(event: EventName, data: unknown): void {
    for (const call of this.#calls[event] ?? []) call.run(data);
  }
}
