/** URL: the addresses and subprotocols that a WebSocket may be opened with.
 *  @see WHATWG WebSockets, section 3.1, the constructor's steps */

/** What `protocols` may be; `null` and nothing mean none. */
export type Protocols = string | Iterable<string> | null;

/**
 * Tells whether `text` may name a header field or a subprotocol.
 *
 * @see RFC 9110, section 5.6.2 (`token`), as RFC 6455, section 4.1, asks
 */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^`|~\w]+$/.test(text);
}

/**
 * The absolute `ws:` or `wss:` URL that `input` stands for; relative to the page where there is one.
 *
 * @throws {DOMException} SyntaxError when it is no URL, has another scheme than ws, wss, http and
 *   https, or has a fragment
 */
export function parseSocketUrl(input: unknown): URL {
  const text = `${input}`;
  try {
    const base = globalThis.document?.baseURI ?? globalThis.location?.href;
    const url = new URL(text, base);
    // Both kinds of scheme are written alike, default ports and all. To set it costs as much as to parse.
    if (url.protocol < "ws") url.protocol = url.protocol.replace("http", "ws");
    if (/^wss?:[^#]*$/.test(url.href)) return url;
  } catch {}
  throw syntaxError(`"${redact(text)}" is no ws, wss, http or https URL without a fragment`);
}

/** The subprotocols as a list, as Web IDL makes one of a string or a sequence; none for null. */
export function listProtocols(protocols: unknown): string[] {
  const given = protocols ?? [];
  const isOne = typeof given === "string" || !Object(given)[Symbol.iterator];
  return Array.from(isOne ? [given] : Object(given), (item) => `${item}`);
}

/** @throws {DOMException} SyntaxError when one is no token or stands twice, in whatever case */
export function checkProtocols(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (!isToken(name) || seen.has(key)) {
      throw syntaxError(`subprotocol "${name}" is no token or stands twice`);
    }
    seen.add(key);
  }
}

/** The URL as it may stand in an error or a log: without user info, query and fragment. */
export function redact(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    // Of what is no URL nobody can tell where its user info ends: nothing before the last "@" is shown.
    // A path has none.
    return url.replace(/^(?![/\\][^/\\]).*@/s, "…@").replace(/[?#].*/s, "");
  }
}

function syntaxError(reason: string): DOMException {
  return new DOMException(`WebSocket: ${reason}`, "SyntaxError");
}
