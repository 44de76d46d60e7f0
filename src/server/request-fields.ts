/** Request fields: a request's header fields as they were sent.
 *  Node's own table joins or drops what was sent twice; here that can be seen. */

import type { IncomingMessage } from "node:http";

const PLAIN = /^[\w-]+$/;

/** Every value of the field, in order; `name` in lower case. */
export function listValues({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  const values: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index] ?? "";
    // The length first: it is asked several times for each field of each request.
    if (field.length === name.length && field.toLowerCase() === name) {
      values.push(rawHeaders[index + 1] ?? "");
    }
  }
  return values;
}

/**
 * The elements of a field that is a list, over all its lines; `name` in lower case.
 *
 * @see RFC 9110, section 5.6.1.2: empty elements are ignored
 */
export function listElements(request: IncomingMessage, name: string): readonly string[] {
  const values = listValues(request, name);
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
