/** Call: one registration of `addListener`, ready to be called, and who keeps such calls. */

import type { EventName } from "./event-types.ts";

/** One registration. */
export interface Call {
  readonly event: EventName;
  readonly handler: unknown;
  /** Calls the handler. Never throws: the handler's error is reported. */
  run(data: unknown): void;
}

/** Keeps calls by event, in order. What is added or removed during an `emit` counts from the next on. */
export interface CallStore {
  add(call: Call): void;
  /** Removes the newest call of `handler`; does nothing where there is none. */
  remove(event: EventName, handler: unknown): void;
  emit(event: EventName, data: unknown): void;
}
