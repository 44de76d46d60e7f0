/** Pongs: answers pings, the newest alone where several wait (RFC 6455, section 5.5.3).
 *  To answer all would pile up pongs where nobody reads them. */

import { ReadyState } from "../constants.ts";
import type { Wire } from "./wire.ts";

/** At most one pong is on its way, and one ping waits for its own. */
export class Pongs {
  readonly #wire: Wire;
  #waiting: Uint8Array | null = null;
  #isSending = false;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  answer(payload: Uint8Array): void {
    this.#waiting = payload;
    if (!this.#isSending) this.#send();
  }

  #send(): void {
    const payload = this.#waiting;
    this.#waiting = null;
    this.#isSending = payload !== null && this.#wire.readyState === ReadyState.OPEN;
    if (payload && this.#isSending) this.#wire.answerPing(payload, () => this.#send());
  }
}
