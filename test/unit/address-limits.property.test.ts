/** Address limits against a model that remembers everybody for ever. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { type AddressLimitOptions, AddressLimits } from "../../src/server/address-limits.ts";

interface Rate {
  readonly left: number;
  readonly atMs: number;
}

/** Remembers everybody, and counts upgrades that a client has left. */
class Model {
  readonly #options: AddressLimitOptions;
  readonly #connections = new Map<string, number>();
  readonly #rates = new Map<string, Rate>();

  constructor(options: AddressLimitOptions) {
    this.#options = options;
  }

  get total(): number {
    return [...this.#connections.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The code of the refusal, or null. */
  admit(address: string, nowMs: number): string | null {
    const { maxConnections, maxConnectionsPerAddress } = this.#options;
    if (this.total >= maxConnections) return "ERR_TOO_MANY_CONNECTIONS";
    if (!this.#take(address, nowMs)) return "ERR_TOO_MANY_UPGRADES";
    const connections = this.#connections.get(address) ?? 0;
    if (connections >= maxConnectionsPerAddress) return "ERR_TOO_MANY_FROM_ADDRESS";
    this.#connections.set(address, connections + 1);
    return null;
  }

  release(address: string): void {
    this.#connections.set(address, Math.max(0, (this.#connections.get(address) ?? 0) - 1));
  }

  #take(address: string, nowMs: number): boolean {
    const { upgradesPerSecond: most } = this.#options;
    const { left, atMs } = this.#rates.get(address) ?? { left: most, atMs: nowMs };
    const now = Math.min(most, left + ((nowMs - atMs) * most) / 1000);
    const passes = now >= 1;
    this.#rates.set(address, { left: passes ? now - 1 : now, atMs: nowMs });
    return passes;
  }
}

const options = fc.record({
  // With waits of 250 ms all numbers are exact.
  upgradesPerSecond: fc.constantFrom(1, 2, 4),
  maxConnectionsPerAddress: fc.integer({ min: 1, max: 4 }),
  maxConnections: fc.integer({ min: 1, max: 8 }),
});
const step = fc.record({
  waitMs: fc.constantFrom(0, 0, 0, 250, 500, 5000),
  address: fc.constantFrom("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", ""),
  comes: fc.boolean(),
});

test("it admits and refuses as somebody would who forgets nobody", () => {
  fc.assert(
    fc.property(options, fc.array(step, { maxLength: 200 }), (given, steps) => {
      const limits = new AddressLimits(given);
      const model = new Model(given);
      let nowMs = 0;
      for (const { waitMs, address, comes } of steps) {
        nowMs += waitMs;
        if (comes) {
          const code = limits.admit(address, nowMs)?.code ?? null;
          expect(code).toBe(model.admit(address, nowMs));
        } else {
          limits.release(address);
          model.release(address);
        }
        expect(limits.connections).toBe(model.total);
      }
    }),
    { numRuns: 1000 },
  );
});
