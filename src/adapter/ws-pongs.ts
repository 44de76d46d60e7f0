/** Ws pongs: answers pings, the newest alone where several wait (RFC 6455, section 5.5.3).
 *  ws would answer all, and drop a connection whose pings pile up while nobody reads. */

import type { WebSocket as WsSocket } from "ws";
import { ReadyState } from "../constants.ts";

/** At most one pong is on its way, and one ping waits for its own. */
export class Pongs {
  readonly #ws: WsSocket | null;
  #waiting: Buffer | null = null;
  #isSending = false;

  constructor(ws: WsSocket | null) {
    this.#ws = ws;
  }

  answer(payload: Buffer): void {
    this.#waiting = payload;
    if (!this.#isSending) this.#send();
  }

  #send(): void {
    const payload = this.#waiting;
    this.#waiting = null;
    this.#isSending = payload !== null && this.#ws?.readyState === ReadyState.OPEN;
    if (this.#isSending) this.#ws?.pong(payload, undefined, () => this.#send());
  }
}
