/** Request fields: a request's header fields as they were sent.
 *  Node's own table joins or drops what was sent twice; here that can be seen. */

import type { IncomingMessage } from "node:http";

/** Every value of the field, in order; `name` in lower case. */
export function listValues({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
}

/**
 * The elements of a field that is a list, over all its lines; `name` in lower case.
 *
 * @see RFC 9110, section 5.6.1.2: empty elements are ignored
 */
export function listElements(request: IncomingMessage, name: string): readonly string[] {
  const elements = listValues(request, name).join(",").split(",");
  return elements.map(trim).filter((element) => element !== "");
}

/** Without spaces and tabs; `String.trim` would also take what is no white space in HTTP. */
function trim(text: string): string {
  return text.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");
}
