/** Token bucket: how much may pass a second, and at once.
 *  It has no clock: the caller gives the time. */

/**
 * Lets pass `burst` at once and, over any time, no more than `burst` plus `ratePerSecond` for each second of it.
 *
 * All times are ms of one clock, as `performance.now()` has them; one that goes back lets nothing more pass.
 */
export class TokenBucket {
  readonly #ratePerSecond: number;
  readonly #burst: number;
  // The whole state: before that moment what is missing follows from how far away it is.
  #fullAtMs = Number.NEGATIVE_INFINITY;

  /**
   * Starts full.
   * @param ratePerSecond more than 0; `Infinity` lets everything pass
   * @param burst most that passes at once
   */
  constructor(ratePerSecond: number, burst: number = ratePerSecond) {
    this.#ratePerSecond = ratePerSecond;
    this.#burst = burst;
  }

  /** Takes `count` and returns true, or takes nothing and returns false; always false for more than `burst`. */
  take(count: number, nowMs: number): boolean {
    const rate = this.#ratePerSecond;
    if (rate === Number.POSITIVE_INFINITY) return true;
    const missing = (Math.max(0, this.#fullAtMs - nowMs) * rate) / 1000;
    if (missing + count > this.#burst) return false;
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + (count * 1000) / rate;
    return true;
  }

  /** Whether it is as a new one would be: who forgets it then forgets nothing. */
  isFull(nowMs: number): boolean {
    return nowMs >= this.#fullAtMs;
  }
}
