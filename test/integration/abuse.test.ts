/** Abuse: what hostile clients do to a server in a process of its own. It has to stay within the memory stated
 *  here, and to answer a client that means well all the while. */

import { deflateRawSync, constants as zlib } from "node:zlib";
import { describe, expect, test } from "vitest";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import {
  clientFrame,
  dialRaw,
  OPCODE,
  openRaw,
  type RawClient,
  requestHead,
  serverClose,
} from "../support/raw-client.ts";
import { startVictim, type Victim } from "../support/victim.ts";

const MIB = 1024 * 1024;
/** Growth that a server shows under any load, in MiB: V8's young generation, code, what the system keeps. */
const AT_REST_MIB = 32;
/** The default `readLimit`: what one message may take at once. */
const READ_LIMIT_MIB = 16;

/** Does it so many times at once. */
function times<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

/** So many copies, one behind the other. */
function repeat(bytes: Buffer, count: number): Buffer {
  return Buffer.concat(new Array<Buffer>(count).fill(bytes));
}

/** Writes the same until it has done so `count` times or the connection is gone. */
async function writeTimes(client: RawClient, bytes: Buffer, count: number): Promise<void> {
  for (let written = 0; written < count; written += 1) {
    if (!(await client.write(bytes))) return;
  }
}

/** Sends this instead of a handshake; resolves with the first line of the answer once the connection is gone. */
async function askRaw({ port }: Victim, request: Buffer | string): Promise<string> {
  const client = await dialRaw(port);
  await client.write(request);
  await client.gone;
  return client.statusLine;
}

/** The head with further fields. */
function withFields(head: string, fields: string): string {
  return `${head.slice(0, -2)}${fields}\r\n`;
}

/** 100 kB of header in as many fields as go in. */
const MANY_LINES = "X-Bomb: 0123456789\r\n".repeat(5_000);

/** A fragment of one byte: the first of a message, or one of those behind it. */
const FIRST = clientFrame(OPCODE.BINARY, Buffer.of(1), { fin: false });
const NEXT = clientFrame(OPCODE.CONTINUATION, Buffer.of(1), { fin: false });

describe("handshakes", () => {
  test("1,000 that are never finished are ended with 408, however they drip", async () => {
    const victim = await startVictim({ handshakeTimeout: "1s" });
    const halves = ["", "G", "GET /echo HTTP/1.1\r\nHost: x", requestHead("/echo").slice(0, -2)];
    const attack = times(1_000, (index) => askRaw(victim, halves[index % halves.length] ?? ""));
    expect(new Set(await victim.echoDuring(attack))).toEqual(
      new Set(["HTTP/1.1 408 Request Timeout"]),
    );
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB + 16);
  });

  test("one that drips a byte with every echo of another client is ended as well", async () => {
    const victim = await startVictim({ handshakeTimeout: "1s" });
    const client = await dialRaw(victim.port);
    await client.write("GET /echo HTTP/1.1\r\nX-Drip: ");
    while (!client.socket.closed) {
      await victim.echo();
      // Less than what a header may have, and never its end.
      if (client.socket.bytesWritten < 8_000) await client.write("x");
    }
    expect(client.statusLine).toBe("HTTP/1.1 408 Request Timeout");
  });

  test.each([
    ["100 kB in one field", "/echo", `X-Bomb: ${"x".repeat(100_000)}\r\n`],
    ["100 kB in 5,000 lines", "/echo", MANY_LINES],
    ["100 kB of target", `/${"x".repeat(100_000)}`, ""],
  ])("a header bomb, %s, is refused with 431", async (_what, path, fields) => {
    const victim = await startVictim();
    const attack = times(200, () => askRaw(victim, withFields(requestHead(path), fields)));
    // Where the answer is overtaken by the reset of a connection with bytes left unread, there is none.
    const answers = new Set(await victim.echoDuring(attack));
    answers.delete("");
    expect([...answers]).toEqual(["HTTP/1.1 431 Request Header Fields Too Large"]);
    expect((await victim.stats()).accepted).toBe(1);
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB);
  });

  test("200 header bombs of 5,000 lines, all there at once, are not kept until all are read", async () => {
    const victim = await startVictim();
    const clients = await times(200, () => dialRaw(victim.port));
    // All are accepted by then.
    await victim.echo();
    const bomb = withFields(requestHead("/echo"), MANY_LINES);
    victim.whileStopped(() => {
      for (const { socket } of clients) socket.write(bomb);
    });
    await victim.echoDuring(Promise.all(clients.map((client) => client.gone)));
    expect((await victim.stats()).accepted).toBe(1);
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB);
  });

  test("5,000 header lines of so few bytes that they are admitted take little", async () => {
    const victim = await startVictim();
    const request = withFields(requestHead("/echo"), "a: b\r\n".repeat(5_000));
    const attack = times(200, async () => {
      const client = await dialRaw(victim.port);
      await client.write(request);
      return await client.until("\r\n\r\n");
    });
    expect(new Set(await victim.echoDuring(attack))).toEqual(new Set([true]));
    expect((await victim.stats()).open).toBe(201);
    expect(await victim.grownMiB()).toBeLessThan(2 * AT_REST_MIB);
  });

  test("10,000 upgrades without a key are refused with 400, and nothing of them stays", async () => {
    const victim = await startVictim({ upgradesPerSecond: 100_000 });
    const request = requestHead("/echo", { key: false });
    const attack = times(100, async () => {
      const lines = new Set<string>();
      for (let sent = 0; sent < 100; sent += 1) lines.add(await askRaw(victim, request));
      return [...lines];
    });
    const lines = new Set((await victim.echoDuring(attack)).flat());
    expect([...lines]).toEqual(["HTTP/1.1 400 Bad Request"]);
    const { open, accepted, refused } = await victim.stats();
    expect({ open, accepted, refused }).toEqual({
      open: 1,
      accepted: 1,
      refused: { ERR_BAD_HANDSHAKE: 10_000 },
    });
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB + 16);
  });

  test("bytes that are no HTTP are refused with 400", async () => {
    const victim = await startVictim();
    const attack = times(200, (index) => askRaw(victim, createNoise(index + 1, 4_096)));
    const answers = new Set(await victim.echoDuring(attack));
    answers.delete("");
    expect([...answers]).toEqual(["HTTP/1.1 400 Bad Request"]);
    expect((await victim.stats()).accepted).toBe(1);
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB);
  });
});

describe("frames", () => {
  test("a message in 100,000 fragments of one byte is closed on with 1008", async () => {
    const victim = await startVictim();
    const client = await openRaw(victim.port, "/echo");
    const attack = (async () => {
      await client.write(FIRST);
      await writeTimes(client, repeat(NEXT, 1_000), 100);
      await client.gone;
    })();
    await victim.echoDuring(attack);
    expect(client.received.includes(serverClose(1008))).toBe(true);
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB);
  });

  test("fragments of one byte, 64 KiB of pings between them, keep none of the pings", async () => {
    const victim = await startVictim();
    const client = await openRaw(victim.port, "/echo");
    const pings = repeat(clientFrame(OPCODE.PING, Buffer.alloc(125)), 500);
    const attack = (async () => {
      await client.write(Buffer.concat([FIRST, pings]));
      await writeTimes(client, Buffer.concat([NEXT, pings]), 2_000);
      await client.write(clientFrame(OPCODE.CONTINUATION, Buffer.from("behind")));
      return await client.until("behind");
    })();
    expect(await victim.echoDuring(attack)).toBe(true);
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB);
  });

  test.runIf(IS_OWN_FRAMING)("a message that arrives byte by byte takes what it has", async () => {
    const readLimit = MIB;
    const victim = await startVictim({ readLimit });
    const client = await openRaw(victim.port, "/echo");
    client.socket.setNoDelay(true);
    const message = clientFrame(OPCODE.BINARY, Buffer.alloc(readLimit, "x"));
    const singles = 3_000;
    await client.write(message.subarray(0, 14));
    for (let at = 14; at < 14 + singles; at += 1) {
      client.socket.write(message.subarray(at, at + 1));
      await victim.echo();
    }
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB);
    await client.write(message.subarray(14 + singles));
    expect(await client.untilBytes(readLimit)).toBe(true);
  });

  test.skipIf(IS_OWN_FRAMING)(
    "a message that arrives byte by byte is closed on before its pieces outgrow the limit",
    async () => {
      const readLimit = MIB;
      const victim = await startVictim({ readLimit });
      const client = await openRaw(victim.port, "/echo");
      client.socket.setNoDelay(true);
      const head = clientFrame(OPCODE.BINARY, Buffer.alloc(readLimit)).subarray(0, 14);
      const attack = (async () => {
        await client.write(head);
        // The echo of another in between: what is written at once, the system would hand over at once.
        while (!client.socket.closed) {
          client.socket.write("x");
          await victim.echo();
        }
      })();
      await attack;
      expect(client.received.includes(serverClose(1008))).toBe(true);
      expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB);
    },
  );

  test.each(["reads", "does not read"])("a million empty pings of one who %s", async (how) => {
    const victim = await startVictim();
    const client = await openRaw(victim.port, "/echo");
    if (how === "does not read") client.socket.pause();
    const attack = (async () => {
      await writeTimes(client, repeat(clientFrame(OPCODE.PING), 1_000), 1_000);
      await client.write(clientFrame(OPCODE.TEXT, Buffer.from("behind")));
      client.socket.resume();
      return await client.until("behind");
    })();
    expect(await victim.echoDuring(attack)).toBe(true);
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB);
  });

  test("garbage instead of frames ends these connections, and no other", async () => {
    const victim = await startVictim();
    const attack = times(300, async (index) => {
      const client = await openRaw(victim.port, "/echo");
      await client.write(createNoise(index + 1, 65_536));
      await client.gone;
    });
    await victim.echoDuring(attack);
    await victim.whenSize(1);
    const { accepted, closed } = await victim.stats();
    expect({ accepted, closed: Object.values(closed).reduce((sum, count) => sum + count) }).toEqual(
      { accepted: 301, closed: 300 },
    );
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB + 16);
  });
});

describe("a compression bomb, 1 GiB of zeros in 1 MiB", () => {
  test.each([
    ["in one frame", 1],
    ["in frames of 1 MiB", 1024],
    ["in frames of as much as the limit", 64],
  ])("%s is closed on with 1009", async (_how, frames) => {
    const victim = await startVictim({ compresses: true });
    await expectDefused(victim, createBomb(frames), 1);
    // The message, twice where its chunks are joined, and the bomb itself.
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB + 2 * READ_LIMIT_MIB + 3);
  });

  test("20 at once take no more than their limits", async () => {
    const victim = await startVictim({ compresses: true, readLimit: MIB });
    await expectDefused(victim, createBomb(1), 20);
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB + 20 * 3);
  });
});

describe("those who do not take what they are sent", () => {
  test("who never reads is closed on with 1013, and the others get everything", async () => {
    const victim = await startVictim();
    const deaf = await openRaw(victim.port, "/feed");
    deaf.socket.pause();
    const eager = await openRaw(victim.port, "/feed");
    const start = eager.receivedBytes;
    const attack = (async () => {
      for (let sent = 8; sent <= 400; sent += 8) {
        await victim.broadcast(8, 65_536);
        if (!(await eager.untilBytes(start + sent * 65_536))) return false;
      }
      return true;
    })();
    expect(await victim.echoDuring(attack)).toBe(true);
    deaf.socket.resume();
    expect(await deaf.until(serverClose(1013, "too slow"))).toBe(true);
    expect(deaf.receivedBytes).toBeLessThan(eager.receivedBytes);
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB + 16);
  });

  test("who sends and never reads is not read on from, and takes no memory", async () => {
    const victim = await startVictim();
    const client = await openRaw(victim.port, "/echo");
    client.socket.pause();
    const message = clientFrame(OPCODE.BINARY, Buffer.alloc(65_536));
    // Far more than what the system takes on both ways: written, and stuck.
    for (let written = 0; written < 1_000; written += 1) client.socket.write(message);
    for (let echo = 0; echo < 1_000; echo += 1) await victim.echo();
    expect(client.socket.writableLength).toBeGreaterThan(MIB);
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB + 16);
  });

  test("500 half-open peers are dropped once their pongs are missing", async () => {
    const victim = await startVictim({ pingInterval: "200ms", pongTimeout: "200ms" });
    await times(500, async () => {
      const client = await openRaw(victim.port, "/echo");
      client.socket.pause();
    });
    await victim.echoDuring(victim.whenSize(1));
    const { open, accepted, closed } = await victim.stats();
    expect({ open, accepted, closed }).toEqual({ open: 1, accepted: 501, closed: { 1006: 500 } });
    expect(await victim.grownMiB()).toBeLessThan(AT_REST_MIB + 16);
  });
});

/** Bytes without sense, for each seed always the same. */
function createNoise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0, state = seed; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** The bomb in as many frames of a binary message. */
function createBomb(frames: number): Buffer {
  // Flushed, a MiB of zeros ends on a whole byte and the next may follow: copies of it are a stream.
  const deflated = deflateRawSync(Buffer.alloc(MIB), { level: 9, finishFlush: zlib.Z_FULL_FLUSH });
  const parts = Array.from({ length: frames }, (_, index) => {
    const isLast = index === frames - 1;
    const whole = repeat(deflated, 1024 / frames);
    // permessage-deflate leaves out the end of a flush, 4 bytes (RFC 7692, section 7.2.1).
    const payload = isLast ? whole.subarray(0, -4) : whole;
    const opcode = index === 0 ? OPCODE.BINARY : OPCODE.CONTINUATION;
    return clientFrame(opcode, payload, { fin: isLast, rsv1: index === 0 });
  });
  return Buffer.concat(parts);
}

/** Has so many clients drop it; each must be closed on with 1009. */
async function expectDefused(victim: Victim, bomb: Buffer, count: number): Promise<void> {
  const attack = times(count, async () => {
    const client = await openRaw(victim.port, "/echo", { deflate: true });
    expect(client.received.toString("latin1")).toContain("permessage-deflate");
    await client.write(bomb);
    await client.gone;
    return client.received.includes(serverClose(1009));
  });
  expect(await victim.echoDuring(attack)).toEqual(new Array(count).fill(true));
}
