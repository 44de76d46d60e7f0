/** Ws fragments: holds a message that arrives in many pieces to about the memory that it may have at once.
 *  What `ws` keeps of each piece is a view, which keeps alive all that came along. */

import type { WebSocket as WsSocket } from "ws";

/** A fragment may keep alive so many times its size. */
const MAX_SHARE = 2;

/** Fragments of a message that have memory of their own, by the list that `ws` keeps of them. */
const owned = new WeakMap<object, number>();

/**
 * Gives the fragments that have come so far memory of their own; to be called at each ping and pong. Else a byte
 * and 64 KiB of pings, again and again, would keep all of these pings until the message ends.
 *
 * It reaches for fields that `ws` keeps for itself; without them it does nothing.
 */
export function releaseChunks(ws: WsSocket | null): void {
  const receiver: unknown = ws && Reflect.get(ws, "_receiver");
  const fragments: unknown = receiver && Reflect.get(Object(receiver), "_fragments");
  if (!Array.isArray(fragments) || fragments.length === 0) return;
  for (let index = owned.get(fragments) ?? 0; index < fragments.length; index += 1) {
    const { buffer, length }: Buffer = fragments[index];
    // Not of Node's pool, which would keep its neighbours alive in turn.
    const isShared = buffer.byteLength > MAX_SHARE * length;
    if (isShared) fragments[index] = Buffer.from(new Uint8Array(fragments[index]).buffer);
  }
  owned.set(fragments, fragments.length);
}
