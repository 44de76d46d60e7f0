/** Close arguments: what the W3C `close` takes, for platforms that do not check it themselves.
 *  @see WHATWG WebSockets, section 3.1, `close` */

import { encodeUtf8 } from "./bytes.ts";

/** Longest close reason, in bytes of UTF-8 (RFC 6455, section 5.5: 125 less the two of the code). */
const MAX_REASON_BYTES = 123;

/**
 * The code as Web IDL converts it.
 *
 * @throws {DOMException} InvalidAccessError for a code other than 1000 and 3000..4999, SyntaxError for
 *   a reason of more than 123 bytes of UTF-8
 */
export function checkCloseArguments(code: unknown, reason: string): number {
  const sent = toUnsignedShort(code);
  if (sent !== 1000 && (sent < 3000 || sent > 4999)) {
    const message = `WebSocket.close: code ${code} is not 1000 or 3000..4999`;
    throw new DOMException(message, "InvalidAccessError");
  }
  const bytes = encodeUtf8(reason).length;
  if (bytes > MAX_REASON_BYTES) {
    const message = `WebSocket.close: reason has ${bytes} bytes, at most ${MAX_REASON_BYTES}`;
    throw new DOMException(message, "SyntaxError");
  }
  return sent;
}

/** Web IDL's clamped unsigned short: rounds to the nearest, halves to the even one. */
function toUnsignedShort(value: unknown): number {
  const number = Math.min(Math.max(Number(value) || 0, 0), 65_535);
  const rounded = Math.round(number);
  return rounded - number === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
