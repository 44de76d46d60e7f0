import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import {
  createAddressReader,
  createSchemeReader,
  type TrustProxy,
} from "../../src/server/client-address.ts";

interface Peer {
  /** Undefined for a Unix socket. */
  readonly peer?: string | undefined;
  readonly encrypted?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

function createRequest({ peer, encrypted, headers = {} }: Peer): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: peer });
  if (encrypted !== undefined) Object.assign(socket, { encrypted });
  const request = new IncomingMessage(socket);
  Object.assign(request.headers, headers);
  return request;
}

function readAddress(trustProxy: TrustProxy | undefined, peer: string, forwarded: string): string {
  const headers = { "x-forwarded-for": forwarded };
  return createAddressReader(trustProxy)(createRequest({ peer, headers }));
}

describe("createAddressReader", () => {
  test.each([undefined, false, 0, []])("with %s it gives the socket's own address", (trust) => {
    expect(readAddress(trust, "127.0.0.1", "192.0.2.1")).toBe("127.0.0.1");
  });

  test("with true it gives the address farthest away", () => {
    expect(readAddress(true, "127.0.0.1", "192.0.2.1, 192.0.2.2")).toBe("192.0.2.1");
  });

  test.each([
    [1, "192.0.2.2"],
    [2, "192.0.2.1"],
    [9, "192.0.2.1"],
  ])("with %i it goes back as many hops", (hops, address) => {
    expect(readAddress(hops, "127.0.0.1", "192.0.2.1, 192.0.2.2")).toBe(address);
  });

  test.each<[TrustProxy, string]>([
    ["loopback", "127.0.0.9"],
    ["loopback", "::1"],
    ["loopback", "::ffff:127.0.0.1"],
    ["linklocal", "169.254.1.1"],
    ["uniquelocal", "10.1.2.3"],
    ["uniquelocal", "fd00::1"],
    ["198.51.100.0/24", "198.51.100.255"],
    ["198.51.100.0/255.255.255.0", "198.51.100.255"],
    ["198.51.100.7", "198.51.100.7"],
    ["2001:db8::/32", "2001:db8:1::1"],
    [["loopback", "198.51.100.7"], "198.51.100.7"],
  ])("with %j it believes the proxy at %s", (trust, peer) => {
    expect(readAddress(trust, peer, "192.0.2.1")).toBe("192.0.2.1");
  });

  test.each<[TrustProxy, string]>([
    ["loopback", "198.51.100.7"],
    ["198.51.100.0/24", "198.51.101.0"],
    ["198.51.100.7", "198.51.100.8"],
    [["loopback", "198.51.100.7"], "198.51.100.8"],
  ])("with %j it does not believe the peer at %s", (trust, peer) => {
    expect(readAddress(trust, peer, "192.0.2.1")).toBe(peer);
  });

  test("what a client wrote in front of a trusted proxy's entry does not count", () => {
    const forwarded = "127.0.0.1, 10.0.0.1, 192.0.2.1";
    expect(readAddress("loopback", "127.0.0.1", forwarded)).toBe("192.0.2.1");
  });

  test("a function decides, by address and hop", () => {
    const asked: [string, number][] = [];
    const trust = (address: string, hop: number): boolean => asked.push([address, hop]) < 2;
    expect(readAddress(trust, "127.0.0.1", "192.0.2.1, 192.0.2.2, 192.0.2.3")).toBe("192.0.2.3");
    expect(asked).toEqual([
      ["127.0.0.1", 0],
      ["192.0.2.3", 1],
    ]);
  });

  test("where the function throws the proxy is not trusted", () => {
    const trust = (address: string): boolean => {
      if (address === "127.0.0.1") return true;
      throw new Error("no such proxy");
    };
    expect(readAddress(trust, "127.0.0.1", "192.0.2.1, 192.0.2.2")).toBe("192.0.2.2");
  });

  test.each([
    "",
    "unknown",
    "192.0.2.1:4711",
    "[2001:db8::1]",
    "2001:db8::1%eth0",
    "192.0.2.256",
    "3221225985",
    "0xc0.0.2.1",
    "192.0.2.1\tx",
    "<script>",
  ])("a field that says %j, which is no IP address, gives the socket's own", (forwarded) => {
    expect(readAddress(true, "198.51.100.7", forwarded)).toBe("198.51.100.7");
  });

  test("a trusted proxy that says nothing gives the socket's own address", () => {
    expect(createAddressReader("loopback")(createRequest({ peer: "127.0.0.1" }))).toBe("127.0.0.1");
  });

  test.each<TrustProxy>([false, true, 1, "loopback", () => true])(
    "with %s a Unix socket without the field has no address",
    (trust) => {
      expect(createAddressReader(trust)(createRequest({}))).toBe("");
    },
  );

  test("a proxy on a Unix socket is trusted by a number of hops, not by an address", () => {
    const request = createRequest({ headers: { "x-forwarded-for": "192.0.2.1" } });
    expect(createAddressReader(1)(request)).toBe("192.0.2.1");
    expect(createAddressReader("loopback")(request)).toBe("");
  });

  test("a function is asked about a Unix socket by an empty address", () => {
    const request = createRequest({ headers: { "x-forwarded-for": "192.0.2.1" } });
    expect(createAddressReader((address) => address === "")(request)).toBe("192.0.2.1");
  });

  test("a list that is changed later changes nothing", () => {
    const trust = ["loopback"];
    const read = createAddressReader(trust);
    trust.push("0.0.0.0/1", "128.0.0.0/1");
    const headers = { "x-forwarded-for": "192.0.2.1" };
    expect(read(createRequest({ peer: "198.51.100.7", headers }))).toBe("198.51.100.7");
  });
});

describe("createSchemeReader", () => {
  function isSecure(trustProxy: TrustProxy, proto: string, peer: string | undefined): boolean {
    const headers = { "x-forwarded-proto": proto };
    return createSchemeReader(trustProxy)(createRequest({ peer, headers }));
  }

  test("a TLS socket is secure, whoever says otherwise", () => {
    const headers = { "x-forwarded-proto": "http" };
    const request = createRequest({ peer: "127.0.0.1", encrypted: true, headers });
    expect(createSchemeReader()(request)).toBe(true);
    expect(createSchemeReader(true)(request)).toBe(true);
  });

  test("a plain socket is not, where nobody says so", () => {
    expect(createSchemeReader(true)(createRequest({ peer: "127.0.0.1" }))).toBe(false);
  });

  test.each(["https", "wss", "HTTPS", " https , http", "https,"])(
    "a trusted proxy that says %j makes it secure",
    (proto) => expect(isSecure("loopback", proto, "127.0.0.1")).toBe(true),
  );

  test.each(["", "http", "ws", "http, https", "httpsx", "xhttps", ",https", "on"])(
    "a trusted proxy that says %j does not",
    (proto) => expect(isSecure("loopback", proto, "127.0.0.1")).toBe(false),
  );

  test.each<TrustProxy>([false, "loopback", ["10.0.0.0/8"], () => false])(
    "with %s a peer that is not trusted does not",
    (trust) => expect(isSecure(trust, "https", "198.51.100.7")).toBe(false),
  );

  test.each<TrustProxy>([true, 1, () => true])("with %s one on a Unix socket does", (trust) => {
    expect(isSecure(trust, "https", undefined)).toBe(true);
  });

  test("where the function throws the proxy is not trusted", () => {
    const trust = (): boolean => {
      throw new Error("no such proxy");
    };
    expect(isSecure(trust, "https", "127.0.0.1")).toBe(false);
  });
});

describe("trustProxy", () => {
  test.each<[unknown, string]>([
    [-1, "-1"],
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    ["", '""'],
    ["1", '"1"'],
    ["true", '"true"'],
    ["example.com", '"example.com"'],
    ["loopback, 10.0.0.0/8", '"loopback, 10.0.0.0/8"'],
    ["10.0.0.0/33", '"10.0.0.0/33"'],
    ["10.0.0.0/0", '"10.0.0.0/0"'],
    ["10.0.0.0/x", '"10.0.0.0/x"'],
    ["10.0.0.0/8/8", '"10.0.0.0/8/8"'],
    [["loopback", "10.0.0"], '"10.0.0"'],
    [["loopback", 7], "number"],
    [[["loopback"]], "a list"],
    [null, "object"],
    [{}, "object"],
    [1n, "bigint"],
    [Symbol("x"), "symbol"],
  ])("%o is refused by both readers, with a message that shows it", (value, shown) => {
    const trustProxy = value as TrustProxy;
    for (const create of [createAddressReader, createSchemeReader]) {
      expect(() => create(trustProxy)).toThrowError(
        expect.objectContaining({
          kind: "INVALID",
          code: "ERR_INVALID_OPTION",
          details: { option: "trustProxy" },
          message: expect.stringMatching(/^WebSockets: trustProxy is .*, must be true, false,/),
        }),
      );
      expect(() => create(trustProxy)).toThrowError(`trustProxy is ${shown}, must be`);
    }
  });
});
