/** Call: one registration of `addListener`, ready to be called, and who keeps such calls. */

/** One registration. */
export interface Call {
  readonly handler: unknown;
  /** Calls the handler. Never throws: the handler's error is reported. */
  run(data: unknown): void;
}

/** Keeps calls by event, in order. What is added or removed during an `emit` counts from the next on. */
export interface CallStore {
  add(event: string, call: Call): void;
  /** Removes the newest call of `handler`; does nothing where there is none. */
  remove(event: string, handler: unknown): void;
  emit(event: string, data: unknown): void;
}
