/** Deflate states: the zlib states that compress, few for all connections together.
 *  Who compresses may forget what it has sent at any time: the other side need not know (RFC 7692, section 7.1.1). */

import { createDeflateRaw } from "node:zlib";
import { LiveZlib, STATE_OPTIONS } from "./deflate-zlib.ts";

/** What a state is made by. */
export interface DeflateKind {
  /** The window, as the power of two of its bytes: 9 to 15. */
  readonly windowBits: number;
  /** 0 to 9, or -1 for zlib's own choice. */
  readonly level: number;
}

/**
 * How many owners keep what they have sent. A state holds 120 kB with a window of 8 KiB and 220 kB
 * with one of 32 KiB, so that all of them hold 28 MB at most.
 */
export const MAX_OWNED = 128;

interface Owned {
  readonly kind: DeflateKind;
  readonly zlib: LiveZlib;
}

/** By owner; who has used its own last stands last. */
const owned = new Map<object, Owned>();
/** By kind: for messages that are compressed each by itself. */
const shared = new Map<string, LiveZlib>();

/**
 * The state of an owner, with what it has compressed before, where it still has one of this kind; a fresh
 * one where not, for which the owner that has waited for longest may lose its own. Null where there are none.
 */
export function ownState(owner: object, kind: DeflateKind): LiveZlib | null {
  const entry = owned.get(owner);
  if (entry?.kind === kind) {
    owned.delete(owner);
    owned.set(owner, entry);
    return entry.zlib;
  }
  dropState(owner);
  const zlib = takeOldest(kind) ?? createState(kind);
  if (zlib) owned.set(owner, { kind, zlib });
  return zlib;
}

/** Ends what an owner has kept, if it has anything. */
export function dropState(owner: object): void {
  owned.get(owner)?.zlib.close();
  owned.delete(owner);
}

/** A state that knows of no message, for one use in this call. Null where there are none. */
export function freshState(kind: DeflateKind): LiveZlib | null {
  const key = `${kind.windowBits}/${kind.level}`;
  let zlib = shared.get(key) ?? null;
  if (zlib) zlib.reset();
  else {
    zlib = createState(kind);
    if (zlib) shared.set(key, zlib);
  }
  return zlib;
}

/** How many owners have a state now. */
export function countOwned(): number {
  return owned.size;
}

function createState(kind: DeflateKind): LiveZlib | null {
  return LiveZlib.of(() => createDeflateRaw({ ...STATE_OPTIONS, ...kind }));
}

/** Takes a state from another owner, where there are as many as there may be. */
function takeOldest(kind: DeflateKind): LiveZlib | null {
  if (owned.size < MAX_OWNED) return null;
  for (const [owner, entry] of owned) {
    owned.delete(owner);
    if (isAlike(entry.kind, kind)) {
      entry.zlib.reset();
      return entry.zlib;
    }
    entry.zlib.close();
    break;
  }
  return null;
}

function isAlike(a: DeflateKind, b: DeflateKind): boolean {
  return a.windowBits === b.windowBits && a.level === b.level;
}
