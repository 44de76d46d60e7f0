/** The default dialers of pages, workers, Deno and Bun: the platform's own class, by isomorphic-ws. */

import Native from "isomorphic-ws";
import type { Dialer } from "./adapter.ts";
import { createBoundedDialer } from "./bounded.ts";
import { createNativeDialer, type NativeClass } from "./native.ts";
import { dialStream } from "./stream.ts";

// Bundled for these platforms, isomorphic-ws is its `browser` file: the W3C class, null where there is none.
const platformClass: unknown = Native;

export const defaultDialer: Dialer = /* @__PURE__ */ createNativeDialer(
  (platformClass as NativeClass | null) ?? undefined,
);

/** For connections, whose life must be bounded. */
export const linkDialer: Dialer = /* @__PURE__ */ createBoundedDialer(defaultDialer, dialStream);
