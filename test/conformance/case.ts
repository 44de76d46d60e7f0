/** Case: what a peer does to our side, and what must come of it. */

import type { Window } from "./deflate.ts";
import type { Strict } from "./strict.ts";
import type { Message, Setting } from "./subject.ts";
import type { Role, Wire } from "./wire.ts";
import type { Cut } from "./wire-peer.ts";

/** How a connection ends. */
export type End =
  /** Our side is fine, and closes when the peer does. */
  | { readonly kind: "open" }
  /** Our side refuses, with one of these codes; `isEarly`: though the peer writes nothing more. */
  | { readonly kind: "refused"; readonly codes: readonly number[]; readonly isEarly: boolean }
  /** Our side answers the peer's close frame; by a code of 1005 there was none. */
  | { readonly kind: "closed"; readonly code: number; readonly reason: string }
  /** The peer ends the connection without a close frame. */
  | { readonly kind: "lost" };

/** A case. */
export interface Case extends Strict {
  readonly name: string;
  readonly send: readonly Wire[];
  /** Messages that our side is given. @default none */
  readonly delivered?: readonly Message[];
  /** Payloads of the pings that are to be answered; of several at once the last must be. */
  readonly pongs?: readonly (string | Uint8Array)[];
  /** @default open */
  readonly end?: End;
  readonly setting?: Setting;
  /** What our side compresses with. */
  readonly window?: Window;
  /** @default both */
  readonly sides?: readonly Role[];
  /** @default in one piece, and byte by byte where it is short or in odd pieces where it is not */
  readonly cuts?: Readonly<Record<string, Cut>>;
  /** Whether it comes along with the handshake. */
  readonly isEarly?: boolean;
}

export const OPEN: End = { kind: "open" };
export const LOST: End = { kind: "lost" };

/** Our side refuses, and heeds nothing that comes behind. */
export const refused = (...codes: number[]): End => ({ kind: "refused", codes, isEarly: false });

/** Our side refuses what has come so far, without waiting for more. */
export const refusedEarly = (...codes: number[]): End => ({
  kind: "refused",
  codes,
  isEarly: true,
});

/** Our side answers the close frame with the same. */
export const closed = (code: number, reason = ""): End => ({ kind: "closed", code, reason });
