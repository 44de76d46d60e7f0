/** Ws inflate: holds a compressed message to its limit while it is inflated, whatever its fragments.
 *  `ws` inflates each fragment up to the whole limit before it adds them up; here it gets what is left. */

import type { WebSocket as WsSocket } from "ws";

/**
 * Bounds what each fragment of an open socket may inflate to, so that a message in many of them takes no
 * more memory than one in a single frame. Does nothing where no compression is in use.
 *
 * It reaches for fields that `ws` keeps for itself; without them its own bound holds, the one per fragment.
 */
export function boundFragments(ws: WsSocket, maxPayload: number): void {
  const receiver = fieldOf(ws, "_receiver");
  const deflate = fieldOf(fieldOf(ws, "_extensions"), "permessage-deflate");
  if (receiver === null || deflate === null) return;
  Object.defineProperty(deflate, "_maxPayload", {
    // Never 0, which would mean no limit.
    get: () => Math.max(maxPayload - inflatedOf(receiver), 1),
  });
}

/** What the fragments before have inflated to, in bytes. */
function inflatedOf(receiver: object): number {
  return Number(Reflect.get(receiver, "_messageLength")) || 0;
}

function fieldOf(holder: object | null, name: string): object | null {
  const value: unknown = holder && Reflect.get(holder, name);
  return typeof value === "object" ? value : null;
}
