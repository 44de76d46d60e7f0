/** Request URL: the host and the target of a request, and the absolute URL that they make. */

import type { IncomingMessage } from "node:http";
import { toError } from "./refusal.ts";
import { listValues } from "./request-fields.ts";

// Names of hosts are ASCII on the wire; user info, a path or "%" in a host are an attack on whoever reads it.
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d*)?$/i;
const ABSOLUTE_FORM = /^(?:http|ws)s?:\/\/([^/?]*)(.*)$/i;
// Neither a fragment, which is no part of a target, nor "\", which URLs take for "/" and others do not.
const ORIGIN_FORM = /^\/[!"$-[\]-~]*$/;

/** The `Host` field; null unless there is just one, and it is a host with a port or without. */
export function readHost(request: IncomingMessage): string | null {
  const [host = "", ...others] = listValues(request, "host");
  const isHost = HOST.test(host) && URL.canParse(`ws://${host}`);
  return isHost && others.length === 0 ? host : null;
}

/**
 * Path and query that a request asks `host` for; null when its target is neither in origin-form nor in
 * absolute-form for that very host.
 *
 * @see RFC 9112, section 3.2
 */
export function readTarget({ url = "" }: IncomingMessage, host: string): string | null {
  const [, authority, path = ""] = ABSOLUTE_FORM.exec(url) ?? [];
  if (authority === undefined) return ORIGIN_FORM.test(url) ? url : null;
  const target = path.startsWith("/") ? path : `/${path}`;
  const isSame = authority.toLowerCase() === host.toLowerCase();
  return isSame && ORIGIN_FORM.test(target) ? target : null;
}

/**
 * The absolute `ws:` or `wss:` URL of a request, as its client dialled it; dot segments are resolved.
 *
 * @param isSecure whether the request came over TLS, here or at a trusted proxy
 * @throws {SocketError} INVALID, `ERR_BAD_HANDSHAKE`, where `checkHandshake` refuses the Host or the target
 */
export function requestUrl(request: IncomingMessage, isSecure: boolean): URL {
  const host = readHost(request);
  const target = host === null ? null : readTarget(request, host);
  if (target !== null) return new URL(`${isSecure ? "wss" : "ws"}://${host}${target}`);
  const message = "upgrade: Host and target of the request make no URL";
  throw toError({ status: 400, code: "ERR_BAD_HANDSHAKE", message });
}
