/** Client address: who a request comes from, and by which scheme, where proxies stand in between.
 *  What a proxy says counts only where the proxy is trusted. */

import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import proxyAddress from "proxy-addr";
import { invalidOption } from "../errors.ts";

/** Whether the proxy at `address` is trusted; `hop` is 0 for the direct peer, 1 for the one behind it … */
type Trust = (address: string, hop: number) => boolean;

/**
 * Which proxies are trusted to say where a request came from, by `X-Forwarded-For` and `X-Forwarded-Proto`:
 *
 * - `false`: none. The client is who is connected.
 * - `true`: all. DANGER: whoever reaches the server directly can then claim any address. Only where nothing but
 *   proxies can reach it, and the outermost overwrites both fields.
 * - a number: as many proxies, counted from the server. It must be just as many, on every way to the server.
 * - an address, a network as "10.0.0.0/8", "loopback", "linklocal", "uniquelocal", or a list of these.
 * - a function that decides; `address` is `""` for a Unix socket. Where it throws, the proxy is not trusted.
 */
export type TrustProxy =
  | boolean
  | number
  | string
  | readonly string[]
  | ((address: string, hop: number) => boolean);

const WANTED =
  'true, false, a whole number of proxies, a function, or addresses, networks as "10.0.0.0/8", ' +
  '"loopback", "linklocal", "uniquelocal"';
const NAMED_NETWORK = /^(loopback|linklocal|uniquelocal)$/;

/**
 * Makes the function that tells a request's client address: the nearest that is no trusted proxy's.
 *
 * It never throws. Where the field has no IP address in that place, it gives the direct peer's own; for a Unix
 * socket or a peer that has hung up that is `""`.
 *
 * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, when `trustProxy` is none of what it may be
 */
export function createAddressReader(
  trustProxy: TrustProxy = false,
): (request: IncomingMessage) => string {
  const trust = parseTrust(trustProxy);
  return (request) => {
    const own = request.socket.remoteAddress ?? "";
    if (trust === null) return own;
    const address = proxyAddress(request, trust);
    // A zone means an interface of this machine, of which nobody else knows.
    return isIP(address) === 0 || address.includes("%") ? own : address;
  };
}

/**
 * Makes the function that tells whether a request came by TLS: to this server or, as a trusted direct peer says
 * in the first value of `X-Forwarded-Proto` ("https" or "wss"), to the outermost proxy. It never throws.
 *
 * @throws {SocketError} INVALID, `ERR_INVALID_OPTION`, when `trustProxy` is none of what it may be
 */
export function createSchemeReader(
  trustProxy: TrustProxy = false,
): (request: IncomingMessage) => boolean {
  const trust = parseTrust(trustProxy);
  return (request) => {
    const { socket } = request;
    if ("encrypted" in socket && socket.encrypted === true) return true;
    if (!trust?.(socket.remoteAddress ?? "", 0)) return false;
    // Node makes this table for who asks for it: not before somebody is trusted.
    const [first = ""] = `${request.headers["x-forwarded-proto"] ?? ""}`.split(",");
    return /^\s*(https|wss)\s*$/i.test(first);
  };
}

/** Null where nobody is trusted. */
function parseTrust(value: TrustProxy): Trust | null {
  if (value === false) return null;
  if (value === true) return () => true;
  if (typeof value === "function") return contain(value);
  if (typeof value === "number") return trustHops(value);
  return proxyAddress.compile([value].flat().map(checkNetwork));
}

function trustHops(count: number): Trust {
  if (!Number.isSafeInteger(count) || count < 0) throw wrong(count);
  return (_address, hop) => hop < count;
}

/** The caller's function, which a header must not be able to crash the server by. */
function contain(decide: Trust): Trust {
  return (address, hop) => {
    try {
      // A Unix socket's peer has none, whatever the type of the package says.
      return decide(address ?? "", hop);
    } catch {
      return false;
    }
  };
}

/** @throws {SocketError} INVALID when it is neither an address nor a network */
function checkNetwork(entry: unknown): string {
  if (typeof entry !== "string") throw wrong(Array.isArray(entry) ? "a list" : typeof entry);
  const [address = ""] = entry.split("/");
  try {
    // The package also takes "1" for an address, 0.0.0.1, where somebody meant one proxy.
    if (!NAMED_NETWORK.test(entry) && isIP(address) === 0) throw wrong(JSON.stringify(entry));
    proxyAddress.compile(entry);
    return entry;
  } catch {
    throw wrong(JSON.stringify(entry));
  }
}

function wrong(value: unknown): Error {
  return invalidOption("trustProxy", value, WANTED, "WebSockets");
}
