/** Origins: which web origins a list of globs means, and which one is a host's own.
 *  Only a serialized origin is one at all; it is compared by its parsed parts, never as text. */

/** Whether a glob means an origin. */
type OriginTest = (origin: URL) => boolean;

const GLOB =
  /^([a-zA-Z][a-zA-Z\d+.-]*|\*):\/\/(\[[\da-fA-F:.]+\]|[\p{L}\p{M}\p{N}._*-]+)(?::(\d+|\*))?$/u;
const WANTED =
  "scheme://host[:port], where * is the scheme, one whole label of the host or the port, ** its first labels";
// Without the "u" flag "i" means ASCII alone.
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/(\[[\da-f:]+\]|[\w.-]+)(:\d+)?$/i;
const LABEL = /^[\w-]+$/;

/** Ports that do not stand in a serialized origin. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * Makes the function that tells whether the text of an `Origin` field is an origin that a glob means.
 *
 * A glob is `scheme://host[:port]`, in any case. `*` is the scheme, one whole label of the host, or the port;
 * `**` stands for one label or more, as the leftmost alone. Without a port the scheme's own is meant. IDN hosts
 * are brought to punycode. An IPv6 address is meant by itself alone, a host with an empty label, as in
 * `http://example.com.`, by no glob. Nor is what is no serialized origin: "null", a list, a URL with a path.
 *
 * @throws {TypeError} naming the first glob that is none, and what it must be
 * @see RFC 6454, section 6.2
 */
export function parseOrigins(globs: readonly string[]): (origin: string) => boolean {
  const tests = globs.map((glob, index) => {
    const means = parseOriginGlob(glob);
    if (means !== null) return means;
    throw new TypeError(`allowedOrigins[${index}] is ${show(glob)}, must be ${WANTED}`);
  });
  return (origin) => {
    const parsed = readOrigin(origin);
    return parsed !== null && tests.some((means) => means(parsed));
  };
}

/**
 * Tells whether `origin` is that of the host a request asked for: `host` is its `Host` field, with a port or
 * without, `isSecure` whether it came over TLS.
 */
export function isSameOrigin(origin: string, host: string, isSecure: boolean): boolean {
  const own = host.replace(isSecure ? /:(443)?$/ : /:(80)?$/, "");
  const wanted = readOrigin(`${isSecure ? "https" : "http"}://${own}`);
  // Whatever is no origin must not be the same as another that is none.
  return wanted !== null && readOrigin(origin)?.origin === wanted.origin;
}

/** The origin, or null where the text is not just as a browser writes one, but for its case. */
function readOrigin(origin: string): URL | null {
  const text = origin.toLowerCase();
  const url = ORIGIN.test(origin) ? parseUrl(text) : null;
  if (url === null) return null;
  // Of a scheme that the standard does not know, as an extension's, it gives no origin.
  const serialized = url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin;
  return serialized === text ? url : null;
}

/** Not by `URL.canParse`, which in Node 20 refuses "http://ü" once it has been called some thousand times. */
function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function parseOriginGlob(glob: unknown): OriginTest | null {
  if (typeof glob !== "string") return null;
  const [, anyCase = "", host = "", port = ""] = GLOB.exec(glob) ?? [];
  const scheme = anyCase.toLowerCase();
  const text = `${scheme === "*" ? "http" : scheme}://${host}:${port.replace("*", "")}`;
  const labels = parseUrl(text)?.hostname.toLowerCase().split(".");
  if (!labels?.every(isGlobLabel)) return null;
  return (origin) =>
    (scheme === "*" || origin.protocol === `${scheme}:`) &&
    meansPort(port, origin) &&
    meansHost(labels, origin.hostname.split("."));
}

/** A star beside anything else would be a trap: "*example.com" also means evilexample.com. */
function isGlobLabel(label: string, index: number): boolean {
  const isAddress = index === 0 && label.startsWith("[");
  return label === "*" || (label === "**" && index === 0) || isAddress || LABEL.test(label);
}

function meansPort(wanted: string, { protocol, port }: URL): boolean {
  if (wanted === "" || wanted === "*") return wanted === "*" || port === "";
  return Number(wanted) === Number(port || DEFAULT_PORTS[protocol]);
}

function meansHost(wanted: readonly string[], own: readonly string[]): boolean {
  if (wanted[0] !== "**") {
    const isLabel = (label: string, index: number): boolean => meansLabel(wanted[index], label);
    return wanted.length === own.length && own.every(isLabel);
  }
  const rest = wanted.slice(1);
  const rank = own.length - rest.length;
  const isOpen = rank > 0 && own.slice(0, rank).every((label) => LABEL.test(label));
  return isOpen && meansHost(rest, own.slice(rank));
}

/** A star means neither an empty label nor an IPv6 address. */
function meansLabel(wanted: string | undefined, own: string): boolean {
  return wanted === "*" ? LABEL.test(own) : wanted === own;
}

/** The glob as an error may show it: without user info and query. */
function show(glob: unknown): string {
  if (typeof glob !== "string") return String(glob);
  return JSON.stringify(glob.replace(/^.*@/s, "…@").replace(/([?#]).+/s, "$1…"));
}
