/** The default dialers of Node, with `ws` by isomorphic-ws where it is needed. */

import Ws from "isomorphic-ws";
import type { Dialer } from "./adapter.ts";
import { createWsDialer } from "./ws-dialer.ts";

export const defaultDialer: Dialer = /* @__PURE__ */ createWsDialer(Ws);

/** For connections: sockets of Node have all that they need; and they may name the one transport that is everywhere. */
export const linkDialer: Dialer = /* @__PURE__ */ Object.assign({}, defaultDialer, {
  checkOptions(options: object) {
    const { transport, ...rest } = { transport: undefined, ...options };
    defaultDialer.checkOptions(transport === "socket" ? rest : options);
  },
});
