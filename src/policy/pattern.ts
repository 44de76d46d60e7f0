/** Pattern: which actions and which URLs a statement of a policy means, with wildcards.
 *  URLs are compared by their parsed parts, never as text. */

import type { PolicyRequest } from "./conditions.ts";

/** Whether a pattern means what is asked for; where servers differ, a deny means it, an allow does not. */
export type ResourceTest = (request: PolicyRequest, effect: string) => boolean;

const URL_PATTERN = /^(wss?|\*):\/\/([^/?#@\\:%]+|\[[\w:.]+])(?::(\d+|\*))?(\/[^?#%]*)?$/;
// A star beside anything but a dot, as in "*example.com", which would be a trap.
const PARTIAL_LABEL = /[^.]\*|\*[^.]/;
// What some servers take for the end of a segment, and others do not.
const AMBIGUOUS_PATH = /%(2f|5c)|\/\//i;

/**
 * Makes the function that tells whether a glob means the whole of a text: `*` is any characters but those
 * of `stops`, `**` any.
 *
 * Not by a RegExp, which a long text can keep busy for hours: this takes one walk for each star.
 */
export function parseGlob(glob: string, stops: string): (text: string) => boolean {
  const pieces = glob.split(/(\*\*?)/);
  return (text) => {
    // Where that may end in the text which has been read of the glob.
    let ends = new Set([0]);
    for (const piece of pieces) {
      const isStar = piece[0] === "*";
      ends = isStar ? extend(ends, text, piece[1] ? "" : stops) : skip(ends, text, piece);
    }
    return ends.has(text.length);
  };
}

/** The places that any characters but `stops` lead to. */
function extend(ends: ReadonlySet<number>, text: string, stops: string): Set<number> {
  const reached = new Set<number>();
  for (let end = 0; end <= text.length; end += 1) {
    const isOpen = reached.has(end - 1) && !stops.includes(text.charAt(end - 1));
    if (isOpen || ends.has(end)) reached.add(end);
  }
  return reached;
}

/** The places that just these characters lead to. */
function skip(ends: ReadonlySet<number>, text: string, characters: string): Set<number> {
  const found = [...ends].filter((end) => text.startsWith(characters, end));
  return new Set(found.map((end) => end + characters.length));
}

/**
 * Reads `scheme://host[:port][/path]`, or `*` for every resource.
 *
 * @throws {TypeError} when it is neither
 */
export function parseResource(pattern: string): ResourceTest {
  if (pattern === "*") return () => true;
  const [, scheme, host, port = "", path = ""] = URL_PATTERN.exec(pattern) ?? [];
  if (!host || PARTIAL_LABEL.test(host.replace(/^\*\*/, "*"))) {
    throw new TypeError(`resource is "${pattern}", must be * or scheme://host[:port][/path]`);
  }
  // The parser brings host and path into the form that they have in a URL.
  const { hostname, pathname } = new URL(`ws://${host}:${port.replace("*", "")}${path}`);
  // The bracket keeps a star from meaning an IPv6 address.
  const isOrigin = parseGlob(`${scheme}://${hostname.replace(/\.+$/, "")}`, ".[");
  const isPath = parseGlob(decodeURIComponent(pathname), "/");
  return ({ resource, url }, effect) => {
    if (!url || resource === "*") return false;
    const { protocol, pathname } = url;
    if (!isOrigin(`${protocol}//${url.hostname}`)) return false;
    if (!isPort(port, url, effect)) return false;
    if (!path) return true;
    try {
      if (!AMBIGUOUS_PATH.test(pathname)) return isPath(decodeURIComponent(pathname));
    } catch {}
    return effect === "deny";
  };
}

/** Without a port an allow means the scheme's own, a deny all. */
function isPort(wanted: string, { protocol, port }: URL, effect: string): boolean {
  if (wanted === "*" || (wanted === "" && effect === "deny")) return true;
  // The parser knows the default ports, which stand in no URL.
  return new URL(`${protocol}//h:${wanted}`).port === port;
}
