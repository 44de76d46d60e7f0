/** Call: one registration of `addListener`, ready to be called, and who keeps such calls. */

/** One registration; it never throws. */
export interface Call {
  (data: unknown): void;
  readonly handler: unknown;
}

/** Keeps calls by event, in order. What is added or removed during an `emit` counts from the next on. */
export interface CallStore {
  add(event: string, call: Call): void;
  /** Removes the newest call of `handler`; does nothing where there is none. */
  remove(event: string, handler: unknown): void;
  emit(event: string, data: unknown): void;
}
