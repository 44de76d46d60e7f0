/** URL: the addresses and subprotocols that a WebSocket may be opened with.
 *  @see WHATWG WebSockets, section 3.1, the constructor's steps */

/** What `protocols` may be; `null` and nothing mean none. */
export type Protocols = string | Iterable<string> | null;

// A `token` of RFC 9110, section 5.6.2, as RFC 6455, section 4.1, asks.
const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/;

/** Tells whether `text` may name a header field or a subprotocol. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * The absolute `ws:` or `wss:` URL that `input` stands for; relative to the page where there is one.
 *
 * @throws {DOMException} SyntaxError when it is no URL, has another scheme than ws, wss, http and
 *   https, or has a fragment
 */
export function parseSocketUrl(input: unknown): string {
  const text = `${input}`;
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw syntaxError(`"${redact(text)}" is not a valid URL`);
  }
  if (/^http/.test(url.protocol)) url.protocol = url.protocol.replace("http", "ws");
  const { protocol, href } = url;
  if (!/^wss?:$/.test(protocol)) {
    throw syntaxError(`the scheme of "${redact(href)}" is not ws, wss, http or https`);
  }
  if (href.includes("#")) throw syntaxError(`"${redact(href)}" has a fragment`);
  return href;
}

/**
 * The subprotocols as a list.
 *
 * @throws {DOMException} SyntaxError when one is no token or stands twice (in whatever case)
 */
export function parseProtocols(protocols: unknown): string[] {
  const list = listProtocols(protocols);
  const seen = new Set<string>();
  for (const name of list) {
    const key = name.toLowerCase();
    if (!isToken(name) || seen.has(key)) {
      throw syntaxError(
        `subprotocol "${name}" is ${seen.has(key) ? "given twice" : "not a token"}`,
      );
    }
    seen.add(key);
  }
  return list;
}

function listProtocols(protocols: unknown): string[] {
  if (protocols === undefined || protocols === null) return [];
  const isSequence = typeof protocols === "object" && Symbol.iterator in protocols;
  return isSequence
    ? Array.from(protocols as Iterable<unknown>, (item) => `${item}`)
    : [`${protocols}`];
}

/** The URL as it may stand in an error or a log: without user info, query and fragment. */
export function redact(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/^([a-z+.-]+:[/\\]*)[^/\\]*@/i, "$1");
}

function syntaxError(reason: string): DOMException {
  return new DOMException(`WebSocket: ${reason}`, "SyntaxError");
}
