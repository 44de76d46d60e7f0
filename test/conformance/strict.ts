/** Strict: where we ask more of the framing than the receiver of `ws` does, all in one place.
 *  The cases are skipped where that receiver is in use. */

import { IS_OWN_FRAMING } from "../support/framing.ts";

/** What is asked, and why `ws` 8 does not. */
export const STRICTER = {
  /** It reads a length in any of the three forms (RFC 6455, section 5.2: "the minimal number of bytes MUST be used"). */
  minimalLengths: "the minimal number of bytes MUST be used",
  /** It validates a message once it is complete (section 8.1 allows that). */
  failFast: "UTF-8 is refused at the byte that makes it invalid",
  /** It holds the payload of a frame to the limit even while that is compressed, and larger for it. */
  limitAfterInflating: "readLimit counts what a message inflates to",
  /** It takes 0 for no limit, so that the adapter closes, and waits for the answer as it does elsewhere. */
  zeroLimit: "a limit of 0 is held to as any other is",
  /** It ends at the first final block, and drops what follows (RFC 7692, section 7.2.1 allows any number). */
  finalBlocks: "blocks follow a block that says it is the last",
  /** It takes what zlib has given when it lacks input, and the flush is read as data. */
  wholeBlocks: "a compressed message ends where a block does",
  /** It reads numbers as JavaScript does (RFC 7692, section 7.1.2: "a decimal integer value without leading zeroes"). */
  decimalNumbers: "window bits are decimal, without leading zeros",
  /** It takes the first of several (RFC 7692, section 5: one configuration is agreed upon). */
  oneAnswer: "an answer names an extension once",
  /** It refuses the handshake (RFC 7692, section 7: a server "MUST decline an extension negotiation offer"). */
  declines:
    "a server declines an offer that it can't read, and goes on without it, or with the next",
} as const;
export type Stricter = keyof typeof STRICTER;

/** Whether the receiver of `ws` is in use. */
export const isLenient = !IS_OWN_FRAMING;

/** Marks cases as such that hold only with the framing of our own. */
export function strict<C extends object>(why: Stricter, cases: readonly C[]): (C & Strict)[] {
  return cases.map((each) => ({ ...each, strict: why }));
}

/** What `strict` adds to a case. */
export interface Strict {
  readonly strict?: Stricter;
}
