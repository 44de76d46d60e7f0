/** Response headers: the check of fields that a caller adds to the answer of a handshake. */

import { checkHeaderFields } from "../adapter/header-fields.ts";
import { invalidOption } from "../errors.ts";

/**
 * Checks header fields that are to stand beside the handshake's own, in a plain object of strings or arrays
 * of strings.
 *
 * @param option how the caller names them
 * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, for a name that is no token or the handshake's own, and
 *   for a value with a line break or control character; it names the field and never shows its value
 */
export function checkResponseHeaders(headers: unknown, option: string): void {
  const wanted = checkHeaderFields(headers);
  if (wanted !== null) throw invalidOption(option, "wrong", wanted, "WebSockets");
}

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** Both, where a field of `further` takes the place of the same one of `own`, however it is spelled. */
export function mergeHeaders(own: Fields, further: Fields): Fields {
  const names = new Set(Object.keys(further).map((name) => name.toLowerCase()));
  const kept = Object.entries(own).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...further };
}
