/** Address limits: how many connections there may be, in all and for one client, and how fast they may come.
 *  It holds no sockets; its owner says who comes and who goes. */

import { isIP } from "node:net";
import type { Refusal } from "./refusal.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What is allowed; `Infinity` for no limit. */
export interface AddressLimitOptions {
  /** Connections in all, those still in their handshake included. */
  readonly maxConnections: number;
  /** Connections of one client: an IPv4 address, or the /64 network of an IPv6 address. */
  readonly maxConnectionsPerAddress: number;
  /** Upgrades that one client may try in a second; as many, but at least one, may come at once. */
  readonly upgradesPerSecond: number;
}

/** What is known of one client. */
interface Client {
  connections: number;
  readonly upgrades: TokenBucket;
}

/** Clients looked at with each upgrade: more than one, so that it outruns those that come anew. */
const SWEEP_STEPS = 2;

// A mapped address as the URL parser writes it (RFC 4291, section 2.5.5.2).
const MAPPED = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/;

/**
 * Counts connections and upgrades by client.
 *
 * A client without connections, who has been quiet long enough, is forgotten when a later upgrade comes by. So
 * it holds at most the clients who are connected and a few times as many as come within a second.
 */
export class AddressLimits {
  readonly #options: AddressLimitOptions;
  readonly #clients = new Map<string, Client>();
  #sweeper = this.#clients.entries();
  #connections = 0;
  /** The latest address, and whose it is: many come one after the other. */
  #latest = { address: "", name: "" };

  constructor(options: AddressLimitOptions) {
    this.#options = options;
  }

  /** Connections admitted and not released. */
  get connections(): number {
    return this.#connections;
  }
  /** Clients remembered. */
  get clients(): number {
    return this.#clients.size;
  }

  /**
   * Counts an upgrade, and its connection where it returns null. The total is looked at first, then the rate,
   * then the client's connections; who is refused for the last has used up one of the upgrades all the same.
   *
   * @param address of the client; one that is no IP address counts as a client by itself
   * @param nowMs time of a monotonic clock, in ms
   */
  admit(address: string, nowMs: number): Refusal | null {
    const { maxConnections, maxConnectionsPerAddress, upgradesPerSecond } = this.#options;
    this.#sweep(nowMs);
    // Nobody is remembered while all are refused.
    if (this.#connections >= maxConnections) return refuseAll(maxConnections);
    const name = this.#nameOf(address);
    const client = this.#clients.get(name) ?? this.#remember(name);
    if (!client.upgrades.take(1, nowMs)) return refuseRate(name, upgradesPerSecond);
    if (client.connections >= maxConnectionsPerAddress) {
      return refuseClient(name, maxConnectionsPerAddress);
    }
    client.connections += 1;
    this.#connections += 1;
    return null;
  }

  /** Takes back one connection that was admitted; does nothing where there is none. */
  release(address: string): void {
    const client = this.#clients.get(this.#nameOf(address));
    if (client === undefined || client.connections === 0) return;
    client.connections -= 1;
    this.#connections -= 1;
  }

  #nameOf(address: string): string {
    if (address !== this.#latest.address) this.#latest = { address, name: nameClient(address) };
    return this.#latest.name;
  }

  #remember(name: string): Client {
    const { upgradesPerSecond } = this.#options;
    // A bucket smaller than one would never let anything pass.
    const burst = Math.max(1, upgradesPerSecond);
    const client = { connections: 0, upgrades: new TokenBucket(upgradesPerSecond, burst) };
    this.#clients.set(name, client);
    return client;
  }

  /** Looks at the next few clients. Not at all of them at once, which would be a pause under attack. */
  #sweep(nowMs: number): void {
    for (let step = 0; step < SWEEP_STEPS; step += 1) {
      const { done, value } = this.#sweeper.next();
      if (done) {
        this.#sweeper = this.#clients.entries();
        return;
      }
      const [name, { connections, upgrades }] = value;
      if (connections === 0 && upgrades.isFull(nowMs)) this.#clients.delete(name);
    }
  }
}

/** The client that an address belongs to: who has one IPv6 address has all of its /64 (RFC 6177). */
function nameClient(address: string): string {
  const [bare = ""] = address.split("%");
  if (isIP(bare) !== 6) return bare;
  const text = new URL(`ws://[${bare}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED.exec(text) ?? [];
  if (high !== undefined && low !== undefined) return `${toOctets(high)}.${toOctets(low)}`;
  const [head = [], tail = []] = text.split("::").map((half) => half.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(":")}::/64`;
}

/** Two octets of an IPv4 address, of a word in hexadecimal. */
function toOctets(word: string): string {
  const value = Number.parseInt(word, 16);
  return `${value >> 8}.${value & 0xff}`;
}

function refuseAll(limit: number): Refusal {
  const message = `WebSockets: ${limit} connections are open, maxConnections is ${limit}`;
  const headers = { "Retry-After": "5" };
  return { status: 503, code: "ERR_TOO_MANY_CONNECTIONS", message, headers };
}

function refuseClient(name: string, limit: number): Refusal {
  const message = `WebSockets: ${show(name)} has ${limit} connections, maxConnectionsPerAddress is ${limit}`;
  return { status: 429, code: "ERR_TOO_MANY_FROM_ADDRESS", message };
}

function refuseRate(name: string, limit: number): Refusal {
  const message = `WebSockets: ${show(name)} sent more upgrades than upgradesPerSecond, ${limit}`;
  const headers = { "Retry-After": "1" };
  return { status: 429, code: "ERR_TOO_MANY_UPGRADES", message, headers };
}

function show(name: string): string {
  return name === "" ? "a peer without address" : name;
}
