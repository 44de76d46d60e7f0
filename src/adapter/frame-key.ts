/** Frame key: `Sec-WebSocket-Key`, and the `Sec-WebSocket-Accept` that answers it.
 *  @see RFC 6455, sections 4.1 and 4.2.2 */

import * as nodeCrypto from "node:crypto";
import { nextKey } from "./frame-mask.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** The key being made, 16 bytes; used again for each. */
const words = new Int32Array(4);
const bytes = Buffer.from(words.buffer);

/** A key that nobody can foresee, as base64. Made of masking keys: to ask the system for 16 bytes costs 10 µs. */
export function createKey(): string {
  for (let index = 0; index < words.length; index += 1) words[index] = nextKey();
  return bytes.toString("base64");
}

/**
 * @param key as it was sent
 * @returns what answers it, as base64. Made without an object where Node can: it came with 20.12
 */
export function acceptKey(key: string): string {
  if (typeof nodeCrypto.hash === "function") return nodeCrypto.hash("sha1", key + GUID, "base64");
  return nodeCrypto
    .createHash("sha1")
    .update(key + GUID)
    .digest("base64");
}
