/** Request URL: the host and the target of a request, and the absolute URL that they make. */

import type { IncomingMessage } from "node:http";
import { toError } from "./refusal.ts";
import { type HandshakeFields, readFields } from "./request-fields.ts";

// Names of hosts are ASCII on the wire; user info, a path or "%" in a host are an attack on whoever reads it.
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d*)?$/i;
const ABSOLUTE_FORM = /^(?:http|ws)s?:\/\/([^/?]*)(.*)$/i;
// Neither a fragment, which is no part of a target, nor "\", which URLs take for "/" and others do not.
const ORIGIN_FORM = /^\/[!"$-[\]-~]*$/;

/** The latest host that was read well, and the origins that it makes: a server has few names. */
let known = { host: "", plain: "", secure: "" };
/** The latest place, path and target, for all who come to it: a server has few paths. */
let latest: Place & { readonly origin: string; readonly target: string } = {
  href: "",
  pathname: "",
  origin: "",
  target: "",
};
let latestPath = { target: "", pathname: "" };
let latestTarget = { url: "", host: "", target: "" };

/** The `Host` field; null unless there is just one, and it is a host with a port or without. */
export function readHost(values: readonly string[]): string | null {
  const [host = ""] = values;
  if (values.length !== 1) return null;
  if (host !== known.host) {
    if (!HOST.test(host) || !URL.canParse(`ws://${host}`)) return null;
    const [plain, secure] = [new URL(`ws://${host}`).origin, new URL(`wss://${host}`).origin];
    known = { host, plain, secure };
  }
  return host === "" ? null : host;
}

/**
 * Path and query that a request asks `host` for; null when its target is neither in origin-form nor in
 * absolute-form for that very host.
 *
 * @see RFC 9112, section 3.2
 */
export function readTarget(url: string, host: string): string | null {
  if (url === latestTarget.url && host === latestTarget.host) return latestTarget.target || null;
  const target = parseTarget(url, host);
  latestTarget = { url, host, target: target ?? "" };
  return target;
}

function parseTarget(url: string, host: string): string | null {
  const [, authority, path = ""] = ABSOLUTE_FORM.exec(url) ?? [];
  if (authority === undefined) return ORIGIN_FORM.test(url) ? url : null;
  const target = path.startsWith("/") ? path : `/${path}`;
  const isSame = authority.toLowerCase() === host.toLowerCase();
  return isSame && ORIGIN_FORM.test(target) ? target : null;
}

/** Where a request leads. */
export interface Place {
  /** The absolute `ws:` or `wss:` URL, as its client dialled it; dot segments are resolved. */
  readonly href: string;
  /** Its path, percent-encoded. */
  readonly pathname: string;
}

// What the URL parser leaves as it is: no dot segment, nothing to encode.
const PLAIN_TARGET = /^((?:\/[\w-]*)+)(?:\?[\w\-.~=&]*)?$/;

/** The path of a target; `""` where it makes no URL. */
export function readPathname(target: string): string {
  if (target !== latestPath.target) latestPath = { target, pathname: parsePathname(target) };
  return latestPath.pathname;
}

function parsePathname(target: string): string {
  const [, plain] = PLAIN_TARGET.exec(target) ?? [];
  if (plain !== undefined) return plain;
  try {
    // Put together as `readPlace` does: resolved against a base, "//host/path" would be a path on another host.
    return new URL(target.startsWith("/") ? `ws://host${target}` : target).pathname;
  } catch {
    return "";
  }
}

/**
 * Where a request leads that `checkHandshake` has let pass.
 *
 * @param isSecure whether the request came over TLS, here or at a trusted proxy
 * @throws {SocketError} INVALID, `ERR_BAD_HANDSHAKE`, where `checkHandshake` refuses the Host or the target
 */
export function readPlace(
  request: IncomingMessage,
  isSecure: boolean,
  fields: HandshakeFields = readFields(request),
): Place {
  const host = readHost(fields.host);
  const target = host === null ? null : readTarget(request.url ?? "", host);
  if (host === null || target === null) {
    const message = "upgrade: Host and target of the request make no URL";
    throw toError({ status: 400, code: "ERR_BAD_HANDSHAKE", message });
  }
  const origin = isSecure ? known.secure : known.plain;
  if (origin !== latest.origin || target !== latest.target) {
    const whole = `${origin}${target}`;
    const [, plain] = PLAIN_TARGET.exec(target) ?? [];
    const place = plain === undefined ? new URL(whole) : { href: whole, pathname: plain };
    latest = { href: place.href, pathname: place.pathname, origin, target };
  }
  return latest;
}
