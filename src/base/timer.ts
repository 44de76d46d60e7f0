/** Timer: a timeout that never keeps a process alive by itself. */

/** The longest delay that the platforms' timers take; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Calls `act` once after `delayMs`, never for `Infinity`; the function returned cancels it. */
export function startTimer(delayMs: number, act: () => void): () => void {
  if (delayMs === Number.POSITIVE_INFINITY) return () => {};
  const timer: number | { unref?(): void } = setTimeout(act, Math.min(delayMs, MAX_DELAY_MS));
  // A browser's timer is a number and keeps nothing alive.
  if (typeof timer === "object") timer.unref?.();
  return () => clearTimeout(timer as number);
}
