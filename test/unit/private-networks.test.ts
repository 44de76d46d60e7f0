import { once } from "node:events";
import type { AddressInfo, LookupFunction } from "node:net";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import {
  checkLiteral,
  connectPublic,
  isPrivateAddress,
  lookupPublic,
} from "../../src/adapter/private-networks.ts";

type Resolve = NonNullable<Parameters<typeof lookupPublic>[3]>;
type Answer = { error: unknown; address: unknown; family: number | undefined };

/** A resolver that gives these addresses and counts how often it is asked. */
function createResolver(...addresses: string[]): Resolve & { asked: object[] } {
  const asked: object[] = [];
  const resolve: Resolve = (hostname, options, callback) => {
    asked.push({ hostname, ...options });
    const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    callback(null, found);
  };
  return Object.assign(resolve, { asked });
}

function ask(resolve: Resolve, options: Parameters<LookupFunction>[1] = {}): Promise<Answer> {
  return new Promise((settle) => {
    lookupPublic(
      "host.example",
      options,
      (error, address, family) => settle({ error, address, family }),
      resolve,
    );
  });
}

const REFUSED = {
  name: "SocketError",
  kind: "PERMISSION_DENIED",
  code: "ERR_PRIVATE_NETWORK",
  retryable: false,
};

describe("isPrivateAddress", () => {
  test.each([
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::127.0.0.1",
    "::8.8.8.8",
    "fc00::1",
    "fdff:ffff::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "5f00::1",
    "4000::1",
    "64:ff9b:1::8.8.8.8",
    "2001:2::1",
    "2001:10::1",
    "2001:2f:ffff::1",
    "2001:db8::1",
    "2001:DB8::1",
    "3fff::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::FFFF:10.0.0.1",
    "0:0:0:0:0:ffff:a9fe:a9fe",
    "::ffff:10.0.0.1%eth0",
    "::ffff:0:8.8.8.8",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2002:0a00:0001::1",
    "2001:0:7f00:1::",
    "2001:0:808:808:0:0:80ff:fffe",
    "2001:0:808:808:8000:0:f5ff:fffe",
  ])("knows %s as private", (ip) => {
    expect(isPrivateAddress(ip)).toBe(true);
  });

  test.each([
    "1.0.0.0",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2001:4860:4860::8888",
    "2a00::1",
    "::ffff:8.8.8.8",
    "::ffff:808:808",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
    "2001:0:808:808:8000:0:f7f7:f7f7",
  ])("knows %s as public", (ip) => {
    expect(isPrivateAddress(ip)).toBe(false);
  });

  test.each(["", "localhost", "127.1", "0x7f.1", "1.2.3", "1.2.3.4.5", "[::1]", "fe80::1::2"])(
    "takes %j, which is no address, as private",
    (text) => {
      expect(isPrivateAddress(text)).toBe(true);
    },
  );
});

describe("lookupPublic", () => {
  test("gives one address with its family, as Node asks without `all`", async () => {
    const resolve = createResolver("8.8.8.8", "2606:4700::1111");
    expect(await ask(resolve)).toEqual({ error: null, address: "8.8.8.8", family: 4 });
  });

  test("gives all addresses, as Node asks with `all` and autoSelectFamily", async () => {
    const address = [
      { address: "2606:4700::1111", family: 6 },
      { address: "8.8.8.8", family: 4 },
    ];
    const resolve = createResolver("2606:4700::1111", "8.8.8.8");
    expect(await ask(resolve, { all: true })).toMatchObject({ error: null, address });
  });

  test("resolves once, all addresses, with the options that it was given", async () => {
    const resolve = createResolver("8.8.8.8");
    await ask(resolve, { family: 4, hints: 0, all: false });
    expect(resolve.asked).toEqual([{ hostname: "host.example", family: 4, hints: 0, all: true }]);
  });

  test.each([[{}], [{ all: true }]])(
    "wippy permissions: a name with any private address is refused whole, options %o",
    async (options) => {
      const { error } = await ask(createResolver("8.8.8.8", "10.0.0.1", "127.0.0.1"), options);
      expect(error).toMatchObject({
        ...REFUSED,
        message: "connect: address of host.example is 10.0.0.1, must be of a public network",
        details: { host: "host.example", address: "10.0.0.1" },
      });
    },
  );

  test("passes on why a name was not resolved", async () => {
    const failure = Object.assign(new Error("no such host"), { code: "ENOTFOUND" });
    const resolve: Resolve = (_hostname, _options, callback) => callback(failure, []);
    expect((await ask(resolve)).error).toBe(failure);
  });

  test("gives no address of a name that has none", async () => {
    expect(await ask(createResolver())).toMatchObject({ error: null, address: "" });
  });
});

describe("checkLiteral", () => {
  test.each(["127.0.0.1", "::1", "[::1]", "[::ffff:127.0.0.1]", "fe80::1%eth0"])(
    "refuses %s",
    (host) => {
      expect(() => checkLiteral(host)).toThrow(expect.objectContaining(REFUSED));
    },
  );

  test.each(["8.8.8.8", "[2606:4700::1111]", "localhost", "host.example", ""])(
    "leaves %j, a public address or a name, alone",
    (host) => {
      expect(() => checkLiteral(host)).not.toThrow();
    },
  );
});

describe("connectPublic", () => {
  test("wippy permissions: an address of a private network is refused before anything is sent", () => {
    expect(() => connectPublic({ host: "127.0.0.1", port: 1 })).toThrow(
      expect.objectContaining(REFUSED),
    );
  });

  test("wippy permissions: a name that resolves to one is refused, and nothing connects", async () => {
    let connections = 0;
    const server = createServer(() => {
      connections += 1;
    });
    await once(server.listen(0), "listening");
    const { port } = server.address() as AddressInfo;
    const socket = connectPublic({ host: "localhost", port });
    const [error] = await once(socket, "error");
    expect(error).toMatchObject(REFUSED);
    server.close();
    await once(server, "close");
    expect(connections).toBe(0);
  });
});
