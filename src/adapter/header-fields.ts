/** Header fields: what a caller may add to a handshake, whichever side it is on. */

import { isToken } from "../base/url.ts";

/** Fields that the handshake itself writes (RFC 6455, section 4), or that would announce a body. */
const HANDSHAKE_FIELD =
  /^(connection|upgrade|content-length|transfer-encoding|trailer|expect|sec-websocket-.*)$/i;
// What RFC 9110, section 5.5, forbids in a field value; above all CR and LF, which would start another.
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** What the fields must be where they are not; null where they are. Values are never in it. */
export function checkHeaderFields(headers: unknown): string | null {
  // What is iterable, as Headers or a Map, has its fields elsewhere than in its properties.
  if (typeof headers !== "object" || headers === null || Symbol.iterator in headers) {
    return "a plain object of header fields";
  }
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    if (!isToken(name)) return `named by tokens; ${JSON.stringify(name)} is none`;
    if (HANDSHAKE_FIELD.test(name)) return `without "${name}", which the handshake writes itself`;
    const wanted = checkFieldValue(value);
    if (wanted !== null) return `${wanted}; "${name}" is not`;
    if (seen.has(name.toLowerCase()))
      return `without "${name}" in two spellings; an array sends both`;
    seen.add(name.toLowerCase());
  }
  return null;
}

function checkFieldValue(value: unknown): string | null {
  const parts: unknown[] = Array.isArray(value) ? value : [value];
  for (const part of parts) {
    if (typeof part !== "string") return "of strings or arrays of strings";
    if (FORBIDDEN_IN_VALUE.test(part)) return "free of line breaks and control characters";
  }
  return null;
}
