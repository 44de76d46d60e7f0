/** Timer: a timeout that never keeps a process alive by itself. */

/** The longest delay that the platforms' timers take; a longer one would fire at once. */
export const MAX_DELAY_MS = 2 ** 31 - 1;

/** A timer as the platform has it. */
export type Timer = ReturnType<typeof setTimeout> | undefined;

/** Calls `act(subject)` once after `delayMs`, never for 0 and `Infinity`. */
export function startTimer<T>(delayMs: number, act: (subject: T) => void, subject: T): Timer {
  if (!delayMs || delayMs === Infinity) return undefined;
  const timer = setTimeout(act, Math.min(delayMs, MAX_DELAY_MS), subject);
  // A browser's timer is a number, and keeps nothing alive.
  Object(timer).unref?.();
  return timer;
}
