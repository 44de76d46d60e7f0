/** Compression: what is offered, what the other side makes of it, and that messages survive it. */

import { describe, expect, inject, test } from "vitest";
import { countOwned } from "../../src/adapter/deflate-states.ts";
import { ByteBuffer, Compression, WebSocket, type WebSocketOptions } from "../../src/index.ts";
import { failureOf } from "../support/failure.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import { startPeerServer } from "../support/listening.ts";
import { seenRequest } from "../support/requests.ts";
import { closed, nextMessage, opened } from "../support/sockets.ts";

const server = inject("server");
const { CONTEXT_TAKEOVER, DISABLED, NO_CONTEXT } = Compression;

async function openEcho(options: WebSocketOptions, query = "?deflate"): Promise<WebSocket> {
  const socket = new WebSocket(`${server}/echo${query}`, null, options);
  await opened(socket);
  return socket;
}

/** A peer that deflates and hands out the bytes that each frame had on the wire. */
async function openWatched(options: WebSocketOptions) {
  const frames: { compressed: boolean; size: number }[] = [];
  const url = await startPeerServer({
    perMessageDeflate: { threshold: 0 },
    serve: (peer) => {
      peer.on("message", (data, isBinary) => peer.send(data, { binary: isBinary }));
      Reflect.get(peer, "_socket").prependListener("data", (chunk: Buffer) => {
        frames.push({ compressed: ((chunk[0] ?? 0) & 0x40) !== 0, size: chunk.length });
      });
    },
  });
  const socket = new WebSocket(url, null, options);
  await opened(socket);
  return { socket, frames };
}

async function echoOf(socket: WebSocket, data: string | Uint8Array): Promise<string | Uint8Array> {
  const echo = nextMessage(socket);
  socket.send(data);
  return await echo;
}

/** Bytes that don't compress, the same in each run. */
function noise(length: number): Uint8Array {
  let seed = 1;
  return Uint8Array.from({ length }, () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return seed >>> 24;
  });
}

describe("the offer", () => {
  test.each([
    [undefined, undefined],
    [DISABLED, undefined],
    [CONTEXT_TAKEOVER, "permessage-deflate; client_max_window_bits"],
    [
      NO_CONTEXT,
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits",
    ],
  ])("with compression %s is %s", async (compression, offer) => {
    const { headers } = await seenRequest(`${server}/request`, { compression });
    expect(headers["sec-websocket-extensions"]).toBe(offer);
  });

  test.each([
    [DISABLED, ""],
    [CONTEXT_TAKEOVER, "permessage-deflate"],
    [NO_CONTEXT, "permessage-deflate; server_no_context_takeover; client_no_context_takeover"],
  ])("with compression %i makes extensions %j", async (compression, extensions) => {
    const socket = new WebSocket(`${server}/echo?deflate`, null, { compression });
    expect(socket.extensions).toBe("");
    await opened(socket);
    expect(socket.extensions).toBe(extensions);
    await closed(socket.close());
    expect(socket.extensions).toBe(extensions);
  });

  test("a server that answers with an extension that was not offered is refused", async () => {
    const compression = CONTEXT_TAKEOVER;
    const { error } = await failureOf(`${server}/extension`, { compression });
    expect(error).toMatchObject({ kind: "INTERNAL" });
    expect(error.message).toMatch(/extension/i);
  });
});

describe.each([
  ["CONTEXT_TAKEOVER", CONTEXT_TAKEOVER, 128],
  ["NO_CONTEXT", NO_CONTEXT, 512],
] as const)("%s", (_name, compression, threshold) => {
  test(`compresses from ${threshold} bytes on, and what is below stays as it is`, async () => {
    const { socket, frames } = await openWatched({ compression });
    for (const size of [1, threshold - 1, threshold]) await echoOf(socket, "a".repeat(size));
    await closed(socket.close());
    const [one, below, at] = frames;
    expect([one?.compressed, below?.compressed, at?.compressed]).toEqual([false, false, true]);
    expect(at?.size).toBeLessThan(threshold / 2);
  });

  test("the threshold counts bytes of UTF-8, not characters", async () => {
    const { socket, frames } = await openWatched({ compression });
    await echoOf(socket, "\u20ac".repeat(Math.ceil(threshold / 3)));
    await closed(socket.close());
    expect(frames[0]?.compressed).toBe(true);
  });

  test("messages of all sizes arrive as they were sent, in order", async () => {
    const socket = await openEcho({ compression });
    const sizes = [0, 1, threshold - 1, threshold, threshold + 1, 65_535, 65_536, 1_000_000];
    for (const size of sizes) {
      expect(await echoOf(socket, "\u00fcx".repeat(size / 3))).toBe("\u00fcx".repeat(size / 3));
      const echo = await echoOf(socket, noise(size));
      // Compared as one: element by element a million bytes take seconds.
      expect(Buffer.compare(Buffer.from(echo), noise(size))).toBe(0);
    }
    await closed(socket.close());
  });

  test("close waits for what is still being compressed, and the order is kept", async () => {
    const received: string[] = [];
    const url = await startPeerServer({
      perMessageDeflate: { threshold: 0 },
      serve: (peer) => peer.on("message", (data) => received.push(`${data}`)),
    });
    const socket = new WebSocket(url, null, { compression });
    await opened(socket);
    const sent = Array.from({ length: 60 }, (_, index) =>
      `${index} `.repeat(index % 2 ? 5_000 : 1),
    );
    for (const text of sent) socket.send(text);
    expect(await closed(socket.close())).toMatchObject({ code: 1000, wasClean: true });
    expect(received).toEqual(sent);
  });

  test("bytes may be reused as soon as send returns, whatever waits before them", async () => {
    const socket = await openEcho({ compression });
    const received: Uint8Array[] = [];
    const done = new Promise<void>((resolve) => {
      socket.addListener("message", (_event, data) => {
        if (data instanceof ByteBuffer) received.push(data.copy().bytes);
        if (received.length === 6) resolve();
      });
    });
    const small = new Uint8Array(4);
    const large = new Uint8Array(100_000);
    for (const round of [1, 2, 3]) {
      socket.send(large.fill(round)).send(small.fill(round));
      large.fill(99);
      small.fill(99);
    }
    await done;
    const shown = received.map((bytes) => `${bytes.length} of ${[...new Set(bytes)]}`);
    expect(shown).toEqual([1, 2, 3].flatMap((round) => [`100000 of ${round}`, `4 of ${round}`]));
    await closed(socket.close());
  });

  test("a ByteBuffer may be reused as soon as sendBytes returns", async () => {
    const socket = await openEcho({ compression });
    const buffer = new ByteBuffer(1_000);
    const echo = nextMessage(socket);
    buffer.addInt(7);
    socket.sendBytes(buffer);
    buffer.clear();
    expect((await echo).slice(0, 4)).toEqual(Uint8Array.of(0, 0, 0, 7));
    await closed(socket.close());
  });

  test("bufferedAmount counts payload bytes as they are before compression, down to 0", async () => {
    const socket = await openEcho({ compression });
    const echo = nextMessage(socket);
    socket.send("a".repeat(10_000));
    expect(socket.bufferedAmount).toBe(10_000);
    await echo;
    expect(socket.bufferedAmount).toBe(0);
    await closed(socket.close());
  });

  test("a peer without the extension: uncompressed", async () => {
    const socket = await openEcho({ compression }, "");
    expect(socket.extensions).toBe("");
    expect(await echoOf(socket, "a".repeat(10_000))).toBe("a".repeat(10_000));
    await closed(socket.close());
  });
});

describe("compressionThreshold", () => {
  test.each([
    [CONTEXT_TAKEOVER, 10],
    [CONTEXT_TAKEOVER, 1_000],
    [NO_CONTEXT, 10],
    [NO_CONTEXT, 1_000],
  ])("replaces the default of mode %i: from %i bytes on", async (compression, threshold) => {
    const options = { compression, compressionThreshold: threshold };
    const { socket, frames } = await openWatched(options);
    for (const size of [threshold - 1, threshold]) await echoOf(socket, "a".repeat(size));
    await closed(socket.close());
    expect(frames.slice(0, 2).map(({ compressed }) => compressed)).toEqual([false, true]);
  });

  test("of 0 compresses every message, the empty one too", async () => {
    const options = { compression: CONTEXT_TAKEOVER, compressionThreshold: 0 };
    const { socket, frames } = await openWatched(options);
    expect(await echoOf(socket, "")).toBe("");
    expect(await echoOf(socket, "a")).toBe("a");
    await closed(socket.close());
    expect(frames.slice(0, 2).map(({ compressed }) => compressed)).toEqual([true, true]);
  });

  test.each([
    ["compression is off", DISABLED, "?deflate"],
    ["the peer does not compress", CONTEXT_TAKEOVER, ""],
  ])("where %s: uncompressed", async (_why, compression, query) => {
    const socket = await openEcho({ compression, compressionThreshold: 0 }, query);
    expect(socket.extensions).toBe("");
    expect(await echoOf(socket, "a".repeat(10_000))).toBe("a".repeat(10_000));
    await closed(socket.close());
  });
});

describe("compressionLevel", () => {
  test.each([CONTEXT_TAKEOVER, NO_CONTEXT])(
    "in mode %i a higher one makes a message smaller; 0 leaves it as large as it is",
    async (compression) => {
      const text = Array.from({ length: 2_000 }, (_, index) => `${index * 7919}`).join(" ");
      const sizes: number[] = [];
      for (const compressionLevel of [9, 1, 0]) {
        const { socket, frames } = await openWatched({ compression, compressionLevel });
        expect(await echoOf(socket, text)).toBe(text);
        await closed(socket.close());
        sizes.push(frames[0]?.size ?? 0);
      }
      const [small = 0, fast = 0, none = 0] = sizes;
      expect(small).toBeGreaterThan(0);
      expect(small).toBeLessThan(fast);
      expect(fast).toBeLessThan(none);
      expect(none).toBeGreaterThan(text.length);
    },
  );
});

test("with CONTEXT_TAKEOVER a message like the last one shrinks further; with NO_CONTEXT it does not", async () => {
  const sizes: number[][] = [];
  for (const compression of [CONTEXT_TAKEOVER, NO_CONTEXT]) {
    const { socket, frames } = await openWatched({ compression });
    for (const _ of [1, 2]) await echoOf(socket, noise(2_000));
    await closed(socket.close());
    sizes.push(frames.slice(0, 2).map(({ size }) => size));
  }
  const [kept, dropped] = sizes;
  expect(kept?.[1]).toBeLessThan((kept?.[0] ?? 0) / 10);
  expect(dropped?.[1]).toBe(dropped?.[0]);
});

test.runIf(IS_OWN_FRAMING)(
  "what a connection has compressed with takeover is kept until its end, and no longer",
  async () => {
    const before = countOwned();
    const socket = await openEcho({ compression: CONTEXT_TAKEOVER });
    await echoOf(socket, "a".repeat(1_000));
    expect(countOwned()).toBe(before + 1);
    await closed(socket.close());
    expect(countOwned()).toBe(before);
  },
);

test("readLimit counts what all fragments of a message inflate to, anew for each message", async () => {
  const url = await startPeerServer({
    perMessageDeflate: { threshold: 0 },
    serve: (peer) => {
      const send = (length: number, fin: boolean): void =>
        peer.send("a".repeat(length), { fin, compress: true });
      for (const last of [400, 400, 401]) {
        send(600, false);
        send(last, false);
        send(0, true);
      }
    },
  });
  const sizes: number[] = [];
  const options = { compression: CONTEXT_TAKEOVER, readLimit: 1_000 };
  const { error } = await failureOf(url, options, [], (socket) => {
    socket.addListener("message", (_event, data) => {
      if (typeof data === "string") sizes.push(data.length);
    });
  });
  expect(sizes).toEqual([1_000, 1_000]);
  expect(error).toMatchObject({ code: "ERR_MESSAGE_TOO_BIG", details: { limit: 1_000 } });
});

test("a compressed frame that is no deflate data is an error", async () => {
  const url = await startPeerServer({
    perMessageDeflate: { threshold: 0 },
    serve: (peer) => {
      // A text frame with RSV1 whose payload starts a block of the reserved type.
      Reflect.get(peer, "_socket").write(Buffer.from("c10407070707", "hex"));
    },
  });
  const { error } = await failureOf(url, { compression: CONTEXT_TAKEOVER });
  expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_PROTOCOL" });
});
