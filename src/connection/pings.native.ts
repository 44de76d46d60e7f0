/** Pings of pages, workers, Deno and Bun: their sockets send none. */

import { unsupported } from "../link.ts";

export interface Pings {
  send(limits: unknown): Promise<number>;
  handlePong(payload: Uint8Array): void;
}

export function createPings(_owner: unknown): Pings {
  return {
    send() {
      throw unsupported("ping");
    },
    handlePong() {},
  };
}
