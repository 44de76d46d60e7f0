import { describe, expect, test } from "vitest";
import { type AddressLimitOptions, AddressLimits } from "../../src/server/address-limits.ts";

const NONE = Number.POSITIVE_INFINITY;

function createLimits(options: Partial<AddressLimitOptions>): AddressLimits {
  return new AddressLimits({
    maxConnections: NONE,
    maxConnectionsPerAddress: NONE,
    upgradesPerSecond: NONE,
    ...options,
  });
}

/** The codes that upgrades of these addresses get at one moment; null where they are admitted. */
function admitAll(limits: AddressLimits, ...addresses: string[]): (string | null)[] {
  return addresses.map((address) => limits.admit(address, 0)?.code ?? null);
}

describe("connections in all", () => {
  test("admit refuses one more than maxConnections, whoever it is", () => {
    const limits = createLimits({ maxConnections: 2 });
    expect(admitAll(limits, "192.0.2.1", "192.0.2.2")).toEqual([null, null]);
    expect(limits.admit("192.0.2.3", 0)).toEqual({
      status: 503,
      code: "ERR_TOO_MANY_CONNECTIONS",
      headers: { "Retry-After": "5" },
      message: "WebSockets: 2 connections are open, maxConnections is 2",
    });
    expect(limits.connections).toBe(2);
  });

  test("release makes room for another", () => {
    const limits = createLimits({ maxConnections: 1 });
    admitAll(limits, "192.0.2.1");
    limits.release("192.0.2.1");
    expect(admitAll(limits, "192.0.2.2")).toEqual([null]);
  });

  test("nobody is remembered while all are refused", () => {
    const limits = createLimits({ maxConnections: 0, upgradesPerSecond: 1 });
    admitAll(limits, "192.0.2.1", "192.0.2.2");
    expect(limits.clients).toBe(0);
  });
});

describe("connections of one client", () => {
  test("admit refuses one more than maxConnectionsPerAddress, and admits others", () => {
    const limits = createLimits({ maxConnectionsPerAddress: 1 });
    expect(limits.admit("192.0.2.1", 0)).toBeNull();
    expect(limits.admit("192.0.2.1", 0)).toEqual({
      status: 429,
      code: "ERR_TOO_MANY_FROM_ADDRESS",
      message: "WebSockets: 192.0.2.1 has 1 connections, maxConnectionsPerAddress is 1",
    });
    expect(admitAll(limits, "192.0.2.2")).toEqual([null]);
  });

  test("what was refused is not counted", () => {
    const limits = createLimits({ maxConnectionsPerAddress: 1 });
    admitAll(limits, "192.0.2.1", "192.0.2.1", "192.0.2.1");
    expect(limits.connections).toBe(1);
    limits.release("192.0.2.1");
    expect(admitAll(limits, "192.0.2.1")).toEqual([null]);
  });

  test("release of a client without connections changes nothing", () => {
    const limits = createLimits({ maxConnectionsPerAddress: 1 });
    admitAll(limits, "192.0.2.1", "192.0.2.2");
    limits.release("192.0.2.1");
    limits.release("192.0.2.1");
    limits.release("192.0.2.3");
    expect(limits.connections).toBe(1);
    expect(admitAll(limits, "192.0.2.1", "192.0.2.1")).toEqual([null, "ERR_TOO_MANY_FROM_ADDRESS"]);
  });

  test.each([
    ["two addresses of an IPv6 /64", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9"],
    ["two ways to write an IPv6 address", "2001:db8::1", "2001:0DB8:0:0:0:0:0:1"],
    ["an address with a zone and without", "fe80::1%eth0", "fe80::1"],
    ["an IPv4 address and its mapped form", "192.0.2.1", "::ffff:192.0.2.1"],
    ["a mapped address in hexadecimal and its IPv4", "0:0:0:0:0:FFFF:c000:201", "192.0.2.1"],
    ["a mapped address of large octets and its IPv4", "::ffff:255.254.253.252", "255.254.253.252"],
    ["a mapped address with zeros and its IPv4", "::ffff:0:5", "0.0.0.5"],
    ["two peers without address, as on a Unix socket", "", ""],
  ])("%s are one client", (_, first, second) => {
    const limits = createLimits({ maxConnectionsPerAddress: 1 });
    expect(admitAll(limits, first, second)).toEqual([null, "ERR_TOO_MANY_FROM_ADDRESS"]);
    limits.release(second);
    expect(admitAll(limits, first)).toEqual([null]);
  });

  test.each([
    ["neighbouring /64 networks", "2001:db8:1:2::1", "2001:db8:1:3::1"],
    ["networks whose words differ only in their place", "2001:0:0:1::", "2001:0:1::"],
    ["two mapped addresses", "::ffff:192.0.2.1", "::ffff:192.0.2.2"],
    ["a mapped address and one like it", "::ffff:192.0.2.1", "::fffe:192.0.2.1"],
    ["two IPv4 addresses", "192.0.2.1", "192.0.2.10"],
  ])("%s are two clients", (_, first, second) => {
    const limits = createLimits({ maxConnectionsPerAddress: 1 });
    expect(admitAll(limits, first, second)).toEqual([null, null]);
  });

  test("a refusal names the network of an IPv6 client", () => {
    const limits = createLimits({ maxConnectionsPerAddress: 0 });
    expect(limits.admit("2001:db8::7:0:0:1", 0)?.message).toContain("2001:db8:0:0::/64 has 0");
  });

  test("a refusal says so where there is no address", () => {
    const limits = createLimits({ maxConnectionsPerAddress: 0 });
    expect(limits.admit("", 0)?.message).toContain("a peer without address has 0");
  });
});

describe("upgrades per second", () => {
  test("admit refuses more upgrades than that at once, and says when to come back", () => {
    const limits = createLimits({ upgradesPerSecond: 2 });
    expect(admitAll(limits, "192.0.2.1", "192.0.2.1")).toEqual([null, null]);
    expect(limits.admit("192.0.2.1", 0)).toEqual({
      status: 429,
      code: "ERR_TOO_MANY_UPGRADES",
      message: "WebSockets: 192.0.2.1 sent more upgrades than upgradesPerSecond, 2",
      headers: { "Retry-After": "1" },
    });
  });

  test("it refuses those of one client, whether or not the connections before have ended", () => {
    const limits = createLimits({ upgradesPerSecond: 1 });
    admitAll(limits, "192.0.2.1");
    limits.release("192.0.2.1");
    expect(admitAll(limits, "192.0.2.1", "192.0.2.2")).toEqual(["ERR_TOO_MANY_UPGRADES", null]);
  });

  test("the next one is admitted when its time has come", () => {
    const limits = createLimits({ upgradesPerSecond: 4 });
    admitAll(limits, "192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.1");
    expect(limits.admit("192.0.2.1", 249)?.code).toBe("ERR_TOO_MANY_UPGRADES");
    expect(limits.admit("192.0.2.1", 250)).toBeNull();
  });

  test("a rate below one a second lets one pass at once", () => {
    const limits = createLimits({ upgradesPerSecond: 0.5 });
    expect(admitAll(limits, "192.0.2.1")).toEqual([null]);
    expect(limits.admit("192.0.2.1", 1999)?.code).toBe("ERR_TOO_MANY_UPGRADES");
    expect(limits.admit("192.0.2.1", 2000)).toBeNull();
  });

  test("the rate is looked at before the connections of the client", () => {
    const limits = createLimits({ upgradesPerSecond: 2, maxConnectionsPerAddress: 1 });
    expect(admitAll(limits, "192.0.2.1", "192.0.2.1", "192.0.2.1")).toEqual([
      null,
      "ERR_TOO_MANY_FROM_ADDRESS",
      "ERR_TOO_MANY_UPGRADES",
    ]);
  });
});

describe("memory", () => {
  test("a network of IPv6 is one client, however many of its addresses come", () => {
    const limits = createLimits({ upgradesPerSecond: 1 });
    for (let index = 0; index < 5000; index += 1) {
      limits.admit(`2001:db8::${index.toString(16)}`, index);
    }
    expect(limits.clients).toBe(1);
  });

  test("clients who have gone are forgotten while others come", () => {
    const perSecond = 1000;
    const limits = createLimits({ upgradesPerSecond: 1 });
    let most = 0;
    let refused = 0;
    for (let index = 0; index < 50 * perSecond; index += 1) {
      const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
      if (limits.admit(address, (index * 1000) / perSecond) !== null) refused += 1;
      limits.release(address);
      most = Math.max(most, limits.clients);
    }
    expect(refused).toBe(0);
    // Whoever came within the last second has to be remembered; a few times as many may be.
    expect(most).toBeGreaterThanOrEqual(perSecond);
    expect(most).toBeLessThanOrEqual(6 * perSecond);
  });

  test("a client is remembered as long as it has a connection", () => {
    const limits = createLimits({ upgradesPerSecond: 1, maxConnectionsPerAddress: 1 });
    limits.admit("192.0.2.1", 0);
    for (let second = 10; second < 100; second += 10) limits.admit("192.0.2.2", second * 1000);
    expect(limits.admit("192.0.2.1", 1e6)?.code).toBe("ERR_TOO_MANY_FROM_ADDRESS");
  });

  test("a client is remembered as long as its upgrades are too many", () => {
    const limits = createLimits({ upgradesPerSecond: 1 });
    limits.admit("192.0.2.1", 0);
    limits.release("192.0.2.1");
    for (let index = 2; index < 100; index += 1) limits.admit(`192.0.2.${index}`, 999);
    expect(limits.admit("192.0.2.1", 999)?.code).toBe("ERR_TOO_MANY_UPGRADES");
  });
});
