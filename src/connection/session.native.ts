/** Session of pages, workers, Deno and Bun: their sockets send no pings, and tell of none. */

import { unsupported } from "../link.ts";
import { Session } from "./session.ts";

export class PlatformSession extends Session {
  sendPing(): never {
    throw unsupported("ping");
  }
}
