/** Heartbeat: pings peers that are silent, and drops those that stay so. One timer for all of them. */

import { CloseCode } from "../constants.ts";
import type { Peer } from "./peer.ts";

/** How silent a peer may be, in ms; `Infinity` for no limit. */
export interface SilenceLimits {
  /** Silence after which it is pinged. */
  readonly pingIntervalMs: number;
  /** Silence after a ping with which it counts as gone. */
  readonly pongTimeoutMs: number;
  /** Silence after which it is closed on. */
  readonly readTimeoutMs: number;
}

/** Longest time between two looks at all peers, in ms; a limit is met that much late at most. */
const MAX_TICK_MS = 1_000;
const NO_PAYLOAD = new Uint8Array(0);

export class Heartbeat {
  readonly #limits: SilenceLimits;
  readonly #peers: Iterable<Peer>;
  readonly #tickMs: number;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(limits: SilenceLimits, peers: Iterable<Peer>) {
    this.#limits = limits;
    this.#peers = peers;
    const { pingIntervalMs, pongTimeoutMs, readTimeoutMs } = limits;
    const shortest = Math.min(pingIntervalMs, pongTimeoutMs, readTimeoutMs);
    this.#tickMs = shortest === Number.POSITIVE_INFINITY ? 0 : Math.min(MAX_TICK_MS, shortest / 4);
  }

  /** Looks after them from now on; it does not keep the process alive. */
  start(): void {
    if (this.#timer || this.#tickMs === 0) return;
    this.#timer = setInterval(() => this.#tick(), this.#tickMs);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    // Whole numbers take no memory of their own.
    const nowMs = Math.floor(performance.now());
    for (const peer of this.#peers) this.#look(peer, nowMs);
  }

  #look(peer: Peer, nowMs: number): void {
    // What we don't read is no silence.
    if (peer.heardAtMs === 0 || peer.adapter.paused) {
      peer.heardAtMs = nowMs;
      peer.pingedAtMs = 0;
      return;
    }
    const { pingIntervalMs, pongTimeoutMs, readTimeoutMs } = this.#limits;
    const silenceMs = nowMs - peer.heardAtMs;
    if (peer.pingedAtMs > 0 && nowMs - peer.pingedAtMs >= pongTimeoutMs) {
      const text = `no pong within pongTimeout, ${pongTimeoutMs} ms`;
      peer.fail({ kind: "TIMEOUT", code: "ERR_PONG_TIMEOUT", text, close: null });
    } else if (silenceMs >= readTimeoutMs) {
      const text = `nothing came for readTimeout, ${readTimeoutMs} ms`;
      const close = { code: CloseCode.GOING_AWAY, reason: "idle" };
      peer.fail({ kind: "TIMEOUT", code: "ERR_READ_TIMEOUT", text, close });
    } else if (peer.pingedAtMs === 0 && silenceMs >= pingIntervalMs) {
      peer.pingedAtMs = nowMs;
      peer.adapter.ping(NO_PAYLOAD);
    }
  }
}
