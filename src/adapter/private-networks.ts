/** Private networks: refuses addresses that are not public, at the moment of connecting.
 *  What was checked is what is connected to: a name is resolved once, so that it can't change in between. */

import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { BlockList, connect, isIP, type LookupFunction, type Socket } from "node:net";
import { SocketError } from "../errors.ts";

/** Not public, of IPv4 (the IANA registry of special-purpose addresses, and multicast). */
const PRIVATE_IPV4 = [
  "0.0.0.0/8", // this host
  "10.0.0.0/8", // private
  "100.64.0.0/10", // behind a carrier's NAT
  "127.0.0.0/8", // loopback
  "169.254.0.0/16", // link-local, where clouds serve their metadata
  "172.16.0.0/12", // private
  "192.0.0.0/24", // protocol assignments
  "192.0.2.0/24", // documentation
  "192.88.99.0/24", // relays of 6to4, withdrawn
  "192.168.0.0/16", // private
  "198.18.0.0/15", // benchmarks
  "198.51.100.0/24", // documentation
  "203.0.113.0/24", // documentation
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
];
/** Not public, of those that begin with 2 or 3 (2000::/3); none of the others is. */
const PRIVATE_IPV6 = [
  "2001:2::/48", // benchmarks
  "2001:10::/28", // ORCHID
  "2001:20::/28", // ORCHIDv2
  "2001:db8::/32", // documentation
  "3fff::/20", // documentation
];

/** Where an IPv6 address, written as 32 digits, holds the IPv4 address that its packets are bound for. */
const EMBEDDINGS = [
  /^0{20}ffff(.{8})$/, // mapped (RFC 4291, section 2.5.5.2)
  /^0064ff9b0{16}(.{8})$/, // NAT64 (RFC 6052, section 2.1)
  /^2002(.{8})/, // 6to4 (RFC 3056, section 2)
  /^20010000(.{8})/, // the server of Teredo (RFC 4380, section 4)
];
/** The client of Teredo; its bits are inverted. */
const TEREDO_CLIENT = /^20010000.{16}(.{8})$/;

/** Where to connect. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Connects, resolving names by `lookup` where one is given. */
export type OpenSocket = (target: Endpoint, lookup?: LookupFunction) => Socket;

/** Connects by what matters alone: Node copies all that it is given, and ws would give it everything. */
export function connectDirect({ host, port }: Endpoint, lookup?: LookupFunction): Socket {
  return connect({ host, port, ...(lookup && { lookup }) });
}

type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

let blockList: BlockList | undefined;

/**
 * Tells whether an address is anything but a public one: private, local, shared, reserved, for tests, for
 * many. An IPv6 address that stands for one of IPv4 (mapped, NAT64, 6to4, Teredo) is judged by that as well.
 *
 * @param ip with or without a zone, as `fe80::1%eth0`; what is no IP address counts as private
 */
export function isPrivateAddress(ip: string): boolean {
  const address = ip.replace(/%.*$/s, "");
  const family = isIP(address);
  blockList ??= createBlockList();
  if (family !== 6) return family === 0 || blockList.check(address);
  const digits = expandIpv6(address);
  const embedded = listEmbedded(digits);
  if (embedded.some(isPrivateAddress)) return true;
  if (!/^[23]/.test(digits)) return embedded.length === 0;
  return blockList.check(address, "ipv6");
}

/**
 * Connects as `net.connect` does, but to no address of a private network. A name with one such address is
 * refused whole, by an `error` of the socket.
 *
 * @throws {SocketError} PERMISSION_DENIED, `ERR_PRIVATE_NETWORK`, when the host is such an address itself
 */
export function connectPublic(target: Endpoint, open: OpenSocket = connectDirect): Socket {
  checkLiteral(target.host);
  return open(target, lookupPublic);
}

/**
 * Resolves a name as the `lookup` option of `net.connect` and `tls.connect` does, and fails with
 * PERMISSION_DENIED, `ERR_PRIVATE_NETWORK`, when any of its addresses is not public.
 *
 * Node does not call it for a host that is an IP address; that is for `checkLiteral`.
 */
export function lookupPublic(
  hostname: string,
  options: LookupOptions,
  callback: Parameters<LookupFunction>[2],
  resolve: Resolve = lookup,
): void {
  // All of them, whatever is asked for: the answer could be another one next time.
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const refused = error ?? findPrivate(hostname, addresses);
    if (refused !== null) return callback(refused, []);
    if (options.all) return callback(null, addresses);
    const [first = { address: "", family: 0 }] = addresses;
    callback(null, first.address, first.family);
  });
}

/** @throws {SocketError} PERMISSION_DENIED when `host` is an IP address, with brackets or not, and not public */
export function checkLiteral(host: string): void {
  const address = withoutBrackets(host);
  if (isIP(address) !== 0 && isPrivateAddress(address)) throw describePrivate(host, address);
}

/** A host as it is connected to: an address of IPv6 has brackets in a URL. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/s, "$1");
}

function findPrivate(host: string, addresses: readonly LookupAddress[]): SocketError | null {
  const found = addresses.find(({ address }) => isPrivateAddress(address));
  return found === undefined ? null : describePrivate(host, found.address);
}

function describePrivate(host: string, address: string): SocketError {
  const message = `connect: address of ${host} is ${address}, must be of a public network`;
  const details = { host, address };
  return new SocketError("PERMISSION_DENIED", message, { code: "ERR_PRIVATE_NETWORK", details });
}

function createBlockList(): BlockList {
  const list = new BlockList();
  for (const subnet of [...PRIVATE_IPV4, ...PRIVATE_IPV6]) {
    const [network = "", bits] = subnet.split("/");
    list.addSubnet(network, Number(bits), isIP(network) === 4 ? "ipv4" : "ipv6");
  }
  return list;
}

/** The 32 hexadecimal digits of an IPv6 address, in whatever form it is written. */
function expandIpv6(address: string): string {
  const { hostname } = new URL(`ws://[${address}]`);
  const halves = hostname.slice(1, -1).split("::");
  const [head = [], tail = []] = halves.map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].map((word) => word.padStart(4, "0")).join("");
}

/** The IPv4 addresses that an IPv6 address stands for. */
function listEmbedded(digits: string): string[] {
  const found = EMBEDDINGS.flatMap((place) => place.exec(digits)?.[1] ?? []).map((hex) =>
    formatIpv4(hex),
  );
  const client = TEREDO_CLIENT.exec(digits)?.[1];
  return client === undefined ? found : [...found, formatIpv4(client, 0xff)];
}

/** The dotted form of 8 hexadecimal digits, with the bits of `inverted` inverted in each octet. */
function formatIpv4(digits: string, inverted = 0): string {
  const octets = digits.match(/../g) ?? [];
  return octets.map((octet) => Number.parseInt(octet, 16) ^ inverted).join(".");
}
