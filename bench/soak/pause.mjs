/** A pause that ends early with its phase. */

import { setTimeout as delay } from "node:timers/promises";

/** Resolves after so many ms, or once `signal` is aborted. */
export async function pause(ms, signal) {
  await delay(ms, undefined, { signal }).catch(() => {});
}
