/** Request fields: a request's header fields as they were sent.
 *  Node's own table joins or drops what was sent twice; here that can be seen. */

import type { IncomingMessage } from "node:http";

const PLAIN = /^[\w-]+$/;
const NO_VALUES: readonly string[] = Object.freeze([]);

/** The fields that decide about a handshake: every value of each, in order. */
export interface HandshakeFields {
  host: readonly string[];
  origin: readonly string[];
  upgrade: readonly string[];
  connection: readonly string[];
  "sec-websocket-key": readonly string[];
  "sec-websocket-version": readonly string[];
  "sec-websocket-protocol": readonly string[];
}

const NAMES: readonly (keyof HandshakeFields)[] = [
  "host",
  "origin",
  "upgrade",
  "connection",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
];
/** No two are of the same length, so that nearly all other fields are told apart by theirs. */
const BY_LENGTH = new Map(NAMES.map((name) => [name.length, name]));

/** Reads the fields of a handshake, in one pass. */
export function readFields({ rawHeaders }: IncomingMessage): HandshakeFields {
  const fields: HandshakeFields = {
    host: NO_VALUES,
    origin: NO_VALUES,
    upgrade: NO_VALUES,
    connection: NO_VALUES,
    "sec-websocket-key": NO_VALUES,
    "sec-websocket-version": NO_VALUES,
    "sec-websocket-protocol": NO_VALUES,
  };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index] ?? "";
    const name = BY_LENGTH.get(field.length);
    if (name === undefined || field.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? "";
    fields[name] = fields[name] === NO_VALUES ? [value] : [...fields[name], value];
  }
  return fields;
}

/** Every value of the field, in order; `name` in lower case. */
export function listValues({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index] ?? "";
    if (field.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? "");
  }
  return values;
}

/**
 * The elements of a field that is a list, over all its lines; `name` in lower case.
 *
 * @see RFC 9110, section 5.6.1.2: empty elements are ignored
 */
export function listElements(request: IncomingMessage, name: string): readonly string[] {
  return splitValues(listValues(request, name));
}

/** Whether a list has that element, which is in lower case; case does not count. */
export function hasElement(values: readonly string[], wanted: string): boolean {
  // All there is, as a rule.
  if (values.length === 1 && values[0]?.toLowerCase() === wanted) return true;
  return splitValues(values).some((element) => element.toLowerCase() === wanted);
}

function splitValues(values: readonly string[]): readonly string[] {
  // No list, as a rule.
  if (values.length === 0 || (values.length === 1 && PLAIN.test(values[0] ?? ""))) return values;
  const elements = values.join(",").split(",");
  return elements.map(trim).filter((element) => element !== "");
}

/**
 * Without spaces and tabs at its ends; `String.trim` would also take what is no white space in HTTP. Not by a
 * RegExp, which a long run of them keeps busy.
 */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text[start])) start += 1;
  while (end > start && isBlank(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
