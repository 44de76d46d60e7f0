/** Frame key: what the two sides of a handshake show each other: that it was meant for them, and not for a cache.
 *  @see RFC 6455, sections 4.1 and 4.2.2 */

import * as nodeCrypto from "node:crypto";
import { nextKey } from "./frame-mask.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** Of 16 bytes, written anew for each. */
const words = new Int32Array(4);
const bytes = Buffer.from(words.buffer);

/** A key that nobody can foresee, as `Sec-WebSocket-Key` has it. Made of masking keys: to ask for 16 bytes costs 10 µs. */
export function createKey(): string {
  for (let index = 0; index < words.length; index += 1) words[index] = nextKey();
  const key = bytes.toString("base64");
  words.fill(0);
  return key;
}

/** What answers the key, in `Sec-WebSocket-Accept`. Without an object where Node can: it came with 20.12. */
export function acceptKey(key: string): string {
  if (typeof nodeCrypto.hash === "function") return nodeCrypto.hash("sha1", key + GUID, "base64");
  return nodeCrypto
    .createHash("sha1")
    .update(key + GUID)
    .digest("base64");
}
