/** Keep alive: keeps Node running while a socket is not read. A handle that nobody reads does not do so. */

import { MAX_DELAY_MS } from "../base/timer.ts";

export class KeepAlive {
  #timer: ReturnType<typeof setInterval> | undefined;

  hold(): void {
    this.#timer ??= setInterval(() => {}, MAX_DELAY_MS);
  }

  release(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
