/** Close arguments: what may stand in a close frame, for platforms that do not check it themselves.
 *  @see WHATWG WebSockets, section 3.1, `close`; RFC 6455, section 7.4 */

import { SocketError } from "../errors.ts";
import { encodeUtf8 } from "./bytes.ts";

/** Longest close reason, in bytes of UTF-8 (RFC 6455, section 5.5: 125 less the two of the code). */
const MAX_REASON_BYTES = 123;

/**
 * Checks what the W3C `close` takes; the code as Web IDL converts it.
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

/**
 * Checks what any side may send: the codes that RFC 6455 and its registry let stand on the wire.
 *
 * @throws {SocketError} INVALID, `ERR_INVALID_CLOSE`, for a code other than 1000..1003, 1007..1014 and
 *   3000..4999, or a reason of more than 123 bytes of UTF-8
 */
export function checkCloseFrame(code: number, reason: string): void {
  if (!mayBeSent(code)) {
    throw invalidClose(`code is ${code}, must be 1000..1003, 1007..1014 or 3000..4999`, code);
  }
  const bytes = encodeUtf8(reason).length;
  if (bytes > MAX_REASON_BYTES) {
    throw invalidClose(`reason has ${bytes} bytes, at most ${MAX_REASON_BYTES}`, code);
  }
}

/** Whether a code may stand in a close frame: 1004 is reserved; 1005, 1006 and 1015 say what no frame can. */
export function mayBeSent(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  const isNamed = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
  return isNamed || (code >= 3000 && code <= 4999);
}

function invalidClose(reason: string, code: number): SocketError {
  const message = `WebSocket.close: ${reason}`;
  return new SocketError("INVALID", message, { code: "ERR_INVALID_CLOSE", details: { code } });
}

/** Web IDL's clamped unsigned short: rounds to the nearest, halves to the even one. */
function toUnsignedShort(value: unknown): number {
  const number = Math.min(Math.max(Number(value) || 0, 0), 65_535);
  const rounded = Math.round(number);
  return rounded - number === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
