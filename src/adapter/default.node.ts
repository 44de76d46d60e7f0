/** The default dialers of Node: `ws`, by isomorphic-ws. */

import Ws from "isomorphic-ws";
import type { Dialer } from "./adapter.ts";
import { createWsDialer } from "./ws-dialer.ts";

export const defaultDialer: Dialer = /* @__PURE__ */ createWsDialer(Ws);

/** For connections: `ws` has all that they need. */
export const linkDialer: Dialer = defaultDialer;
