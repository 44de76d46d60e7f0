/** Timer: a timeout that never keeps a process alive by itself. */

/** The longest delay that the platforms' timers take; a longer one would fire at once. */
export const MAX_DELAY_MS = 2 ** 31 - 1;

/** A timer as the platform has it. */
export type Timer = ReturnType<typeof setTimeout> | undefined;

/** Calls `act(subject)` once after `delayMs`, never for 0 and `Infinity`. */
export function startTimer<T>(delayMs: number, act: (subject: T) => void, subject: T): Timer {
  if (delayMs === 0 || delayMs === Number.POSITIVE_INFINITY) return undefined;
  const timer: unknown = setTimeout(act, Math.min(delayMs, MAX_DELAY_MS), subject);
  // A browser's timer is a number, and keeps nothing alive.
  if (typeof timer === "object") (timer as { unref?(): void }).unref?.();
  return timer as Timer;
}
