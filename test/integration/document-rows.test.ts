/** Rows of the README's "Coming from …" tables whose tests need a server of their own, or none at all. */

import { expect, inject, test } from "vitest";
import type { WebSocket as Peer } from "ws";
import { Deferred } from "../../src/base/deferred.ts";
import { after, ByteBuffer, Channel, Compression, connect } from "../../src/index.ts";
import { startPeerServer } from "../support/listening.ts";
import { rejected } from "../support/sockets.ts";

const server = inject("server");
const MIB = 1024 * 1024;

test("wippy connect: resolves with a client, and rejects where there was an err", async () => {
  await using connection = await connect(`${server}/echo`);
  expect(connection.connected).toBe(true);
  const error = await rejected(connect(`${server}/status?code=503`));
  expect(error).toMatchObject({ kind: "INTERNAL", retryable: true, details: { status: 503 } });
});

test("wippy dial_timeout: a handshake that takes longer is TIMEOUT, and may be tried again", async () => {
  const error = await rejected(connect(`${server}/silent`, { dialTimeout: "20ms" }));
  expect(error).toMatchObject({ kind: "TIMEOUT", code: "ERR_DIAL_TIMEOUT", retryable: true });
});

test("wippy write_timeout: a message that can't leave rejects, and the connection is dropped", async () => {
  const connection = await connect(`${server}/unread`, { writeTimeout: "20ms" });
  const error = await rejected(connection.send(new Uint8Array(64 * MIB)));
  expect(error).toMatchObject({ kind: "TIMEOUT", code: "ERR_WRITE_TIMEOUT" });
  expect(connection.error).toBe(error);
  expect((await connection.closed).code).toBe(1006);
});

test("wippy read_limit: a larger message is refused, and the other side told 1009", async () => {
  const told = new Deferred<number>();
  const url = await startPeerServer({
    serve(peer) {
      peer.on("close", told.resolve);
      peer.send(Buffer.alloc(1_001));
    },
  });
  const connection = await connect(url, { readLimit: 1_000 });
  expect(await connection.receive()).toBeNull();
  expect(connection.error).toMatchObject({ code: "ERR_MESSAGE_TOO_BIG", details: { limit: 1000 } });
  expect(await told.promise).toBe(1009);
});

test.each([
  [undefined, ""],
  [Compression.DISABLED, ""],
  [Compression.CONTEXT_TAKEOVER, "permessage-deflate"],
  [
    Compression.NO_CONTEXT,
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
  ],
])("wippy compression: mode %s", async (compression, extensions) => {
  await using connection = await connect(`${server}/echo?deflate`, { compression });
  expect(connection.extensions).toBe(extensions);
});

test("wippy compression: a peer without it gets its messages as they are", async () => {
  const compression = Compression.CONTEXT_TAKEOVER;
  await using connection = await connect(`${server}/echo`, { compression });
  expect(connection.extensions).toBe("");
  await connection.send("a".repeat(1_000));
  expect(await connection.receive()).toBe("a".repeat(1_000));
});

/** How many bytes the other side got for 600 that compress well. */
async function bytesOnTheWire(compressionThreshold: number | undefined): Promise<number> {
  let count = 0;
  const url = await startPeerServer({
    perMessageDeflate: true,
    serve(peer: Peer) {
      Reflect.get(peer, "_socket").prependListener("data", (chunk: Buffer) => {
        count += chunk.length;
      });
      peer.on("message", () => peer.send("got it"));
    },
  });
  const compression = Compression.NO_CONTEXT;
  await using connection = await connect(url, { compression, compressionThreshold });
  await connection.send("a".repeat(600));
  await connection.receive();
  return count;
}

test("wippy compression_threshold: smaller messages are not compressed; 512 without a context", async () => {
  expect(await bytesOnTheWire(601)).toBeGreaterThan(600);
  expect(await bytesOnTheWire(600)).toBeLessThan(100);
  expect(await bytesOnTheWire(undefined)).toBeLessThan(100);
});

test.each([-1, 100 * MIB + 1, 1.5])(
  "wippy compression_threshold: %d is INVALID",
  async (compressionThreshold) => {
    const error = await rejected(connect(`${server}/echo`, { compressionThreshold }));
    expect(error).toMatchObject({ kind: "INVALID", code: "ERR_INVALID_OPTION" });
  },
);

test("wippy channel.new: holds as many values as it was told, in order", async () => {
  const channel = new Channel<number>(2);
  await channel.send(1);
  await channel.send(2);
  expect(channel.length).toBe(2);
  expect(await channel.receive()).toEqual({ value: 1, ok: true });
  expect(await channel.receive()).toEqual({ value: 2, ok: true });
});

test("wippy time.after: delivers once, then it is closed", async () => {
  const channel = after("1ms");
  expect(await channel.receive()).toMatchObject({ ok: true });
  expect(await channel.receive()).toEqual({ value: undefined, ok: false });
});

test("aussom Buffer: ByteBuffer has its methods", () => {
  const types = ["Byte", "UByte", "Short", "UShort", "Int", "UInt", "Long", "Float", "Double"];
  const members = new Set(Object.getOwnPropertyNames(ByteBuffer.prototype));
  const named = ["size", "clear", "writeSeek", "readSeek", "getWriteCursor", "getReadCursor"];
  const texts = ["addString", "getString", "getStringAt", "setString", "setStringAt", "toBase64"];
  const accessors = types.flatMap((type) => [`add${type}`, `get${type}`, `set${type}`]);
  const methods = [...named, ...texts, "copyFrom", "copyTo", ...accessors];
  expect(methods.filter((method) => !members.has(method))).toEqual([]);
});
