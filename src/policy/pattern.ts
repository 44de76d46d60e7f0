/** Pattern: which actions and which URLs a statement of a policy means, with wildcards.
 *  URLs are compared by their parsed parts, never as text. */

import { parseSocketUrl } from "../base/url.ts";
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
    for (const piece of pieces) ends = walk(ends, text, piece, piece === "*" ? stops : "");
    return ends.has(text.length);
  };
}

/** The places in the text that a piece of a glob leads to from `starts`. */
function walk(starts: Set<number>, text: string, piece: string, stops: string): Set<number> {
  const isStar = piece[0] === "*";
  const ends = new Set<number>();
  for (let end of starts) {
    if (!isStar && text.startsWith(piece, end)) ends.add(end + piece.length);
    // As far as another start has led, or to a stop: behind the text is "", which any text includes.
    while (isStar && !ends.has(end)) {
      ends.add(end);
      if (!stops.includes(text.charAt(end))) end += 1;
    }
  }
  return ends;
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
  const { hostname, pathname } = parseTarget(`ws://${host}:${port.replace("*", "")}${path}`);
  // The bracket keeps a star from meaning an IPv6 address.
  const isOrigin = parseGlob(`${scheme}://${hostname}`, ".[");
  const isPath = parseGlob(decodeURIComponent(pathname), "/");
  return ({ resource, url }, effect) => {
    if (!url || resource === "*" || !isOrigin(`${url.protocol}//${url.hostname}`)) return false;
    // Without a port an allow means the scheme's own, a deny all.
    const isAnyPort = port === "*" || (!port && effect === "deny");
    // The parser knows the default ports, which stand in no URL.
    if (!isAnyPort && new URL(`${url.protocol}//h:${port}`).port !== url.port) return false;
    if (!path) return true;
    try {
      if (!AMBIGUOUS_PATH.test(url.pathname)) return isPath(decodeURIComponent(url.pathname));
    } catch {}
    return effect === "deny";
  };
}

/** @throws {DOMException} SyntaxError when it is no URL of a WebSocket */
export function parseTarget(target: unknown): URL {
  const url = parseSocketUrl(target);
  // A dot at the end leads to the same host.
  url.hostname = url.hostname.replace(/\.+$/, "");
  return url;
}
