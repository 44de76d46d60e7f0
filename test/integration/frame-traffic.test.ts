/** Messages in frames of ours over real sockets, TCP and TLS, from either side: what arrives, and in which order. */

import { once } from "node:events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  line,
  patterned,
  payloadSize,
  readerSettings,
  receiveByWs,
} from "../support/frame-streams.ts";
import {
  BINARY,
  CLOSE,
  closePayload,
  hear,
  lineOf,
  MIB,
  openFramed,
  PING,
  peerFrames,
  readToEnd,
  SIDES,
  STUCK_BYTES,
  TEXT,
  turn,
  turns,
  until,
} from "../support/framed-pair.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";

const content = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  payloadSize.map((size) => "ü".repeat(size >> 1)),
  fc.tuple(payloadSize, fc.nat(99)).map(([size, seed]) => patterned(size, seed)),
);
const contents = fc.array(content, { minLength: 1, maxLength: 30, size: "max" });

describe.each(SIDES)("%s", (_name, side) => {
  const { isServer } = side;

  test("sends any messages whole and in order, its memory used again by others meanwhile", async () => {
    const pauses = fc.array(fc.nat(3), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(contents, pauses, async (list, waits) => {
        const [one, other] = [await openFramed(side), await openFramed(side)];
        const heard = [one, other].map(({ peer }) => hear(peer, isServer));
        for (const [index, data] of list.entries()) {
          one.adapter.send(data);
          other.adapter.send(`other ${index}`);
          await turns(waits[index % waits.length] ?? 0);
        }
        for (const { adapter } of [one, other]) adapter.close(1000, "");
        const names = list.map((_, index) => line.text(`other ${index}`));
        const end = line.close(1000, "");
        // The sockets end when their peers have.
        for (const { peer } of [one, other]) peer.end();
        expect(await heard[0]).toEqual([...list.map(lineOf), end]);
        expect(await heard[1]).toEqual([...names, end]);
      }),
      { numRuns: 15, seed: 4 },
    );
  });

  test("receives any messages, whatever the network makes of them", async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(contents, cuts, async (list, sizes) => {
        const { sink, peer } = await openFramed(side);
        const stream = peerFrames(
          isServer,
          ...list.map((data): [number, string | Buffer] => [
            typeof data === "string" ? TEXT : BINARY,
            data,
          ]),
          [CLOSE, closePayload(4000)],
        );
        for (let at = 0, step = 0; at < stream.length; step += 1) {
          const size = sizes[step % sizes.length] ?? 1;
          peer.write(stream.subarray(at, at + size));
          at += size;
          await turn();
        }
        peer.resume();
        const [, info] = await sink.next("close");
        expect(info).toEqual({ code: 4000, reason: "", wasClean: true });
        const lines = sink.reports.flatMap((report) =>
          report[0] === "message" ? [lineOf(report[1])] : [],
        );
        expect(lines).toEqual(list.map(lineOf));
      }),
      { numRuns: 15, seed: 4 },
    );
  });

  test("keeps what it sent to a peer that does not read as it was, and counts it", async () => {
    const { adapter, sink, peer } = await openFramed(side);
    const lines: string[] = [];
    let sent = 0;
    for (let seed = 0; sent < 2 * STUCK_BYTES; seed += 1) {
      const data = patterned([100, 5000, 70_000, 20_000][seed % 4] ?? 0, seed);
      lines.push(line.bytes(data));
      adapter.send(data);
      sent += data.length;
      data.fill(0);
      if (seed % 50 === 0) await turn();
    }
    const other = await openFramed(side);
    for (let seed = 0; seed < 100; seed += 1) other.adapter.send(patterned(30_000, seed));
    await turns(20);
    expect(adapter.bufferedAmount).toBeGreaterThan(STUCK_BYTES / 2);
    expect(adapter.bufferedAmount).toBeLessThan(sent);
    const heard = hear(peer, isServer);
    await until(() => adapter.bufferedAmount === 0);
    expect(sink.names).toContain("drain");
    adapter.close(1000, "");
    peer.end();
    expect((await heard).slice(0, -1)).toEqual(lines);
  });

  test("reads on where it has stopped, nothing lost or reordered", async () => {
    const { adapter, sink, peer } = await openFramed(side);
    const note = sink.message.bind(sink);
    let isStopped = false;
    let count = 0;
    sink.message = (data) => {
      // ws hands over all of a chunk, whoever has stopped reading.
      if (IS_OWN_FRAMING) expect(isStopped).toBe(false);
      note(data);
      count += 1;
      if (count % 7 > 0) return;
      isStopped = true;
      adapter.pause();
      setImmediate(() => {
        isStopped = false;
        adapter.resume();
      });
    };
    const list = Array.from({ length: 300 }, (_, index) => patterned((index * 331) % 9000, index));
    peer.write(
      peerFrames(isServer, ...list.map((data): [number, Buffer] => [BINARY, data]), [
        CLOSE,
        closePayload(4002),
      ]),
    );
    peer.resume();
    const [, info] = await sink.next("close");
    expect(info.code).toBe(4002);
    const lines = sink.reports.flatMap((each) => (each[0] === "message" ? [lineOf(each[1])] : []));
    expect(lines).toEqual(list.map(lineOf));
  });

  test("answers pings of a peer that does not read with one pong, and the newest", async () => {
    const { adapter, sink, peer } = await openFramed(side);
    adapter.send(new Uint8Array(STUCK_BYTES));
    const pings = Array.from({ length: 500 }, (_, index): [number, string] => [PING, `${index}`]);
    peer.write(peerFrames(isServer, ...pings, [TEXT, "done"]));
    await sink.next("message");
    const heard = hear(peer, isServer);
    await until(() => adapter.bufferedAmount === 0);
    await turns(3);
    adapter.close(1000, "");
    peer.end();
    const pongs = (await heard).filter((each) => each.startsWith("pong"));
    expect(pongs.length).toBeLessThanOrEqual(2);
    expect(pongs.at(-1)).toBe(line.pong(Buffer.from("499")));
  });
});

describe.each([
  ["a server", { isServer: true, isSecure: false }],
  ["a client over TLS", { isServer: false, isSecure: true }],
])("%s", (_name, side) => {
  const { isServer } = side;

  test("sends a message of 100 MiB to a slow reader", async () => {
    const { adapter, peer } = await openFramed(side);
    const data = Buffer.alloc(100 * MIB, "onesocket");
    adapter.send(data);
    adapter.send("behind");
    adapter.close(1000, "");
    await turns(5);
    expect(adapter.bufferedAmount).toBe(data.length + 6);
    const chunks: Buffer[] = [];
    for (let taken = 0; taken < data.length; ) {
      const chunk: Buffer | null = peer.read();
      if (chunk === null) await once(peer, "readable");
      else {
        chunks.push(chunk);
        taken += chunk.length;
        await turn();
      }
    }
    peer.removeAllListeners("readable");
    peer.end();
    chunks.push(await readToEnd(peer));
    const settings = readerSettings({ isServer: !isServer });
    const lines = await receiveByWs(Buffer.concat(chunks), settings);
    expect(lines).toEqual([line.bytes(data), line.text("behind"), line.close(1000, "")]);
  });
});

describe("a client that stops reading when it is opened", () => {
  test.each([
    ["TCP", false],
    ["TLS", true],
  ])("gets what came with the handshake first, over %s", async (_name, isSecure) => {
    const early = peerFrames(false, [TEXT, "early"]);
    const pair = await openFramed({ isServer: false, isSecure, early });
    const { adapter, sink, peer } = pair;
    adapter.pause();
    for (let count = 0; count < 50; count += 1) peer.write(peerFrames(false, [TEXT, `${count}`]));
    await turns(5);
    adapter.resume();
    const list = [];
    for (let count = 0; count <= 50; count += 1) list.push((await sink.next("message"))[1]);
    expect(list).toEqual(["early", ...Array.from({ length: 50 }, (_, count) => `${count}`)]);
  });
});

test("frames of a client are masked, each by another key", async () => {
  const { adapter, peer } = await openFramed({ isServer: false });
  for (let count = 0; count < 1000; count += 1) adapter.send("12345678");
  adapter.close(1000, "");
  peer.end();
  const bytes = await readToEnd(peer);
  const keys = new Set<string>();
  for (let count = 0; count < 1000; count += 1) {
    const frame = bytes.subarray(count * 14, (count + 1) * 14);
    expect(frame.readUInt16BE(0)).toBe(0x8188);
    keys.add(frame.toString("hex", 2, 6));
  }
  expect(keys.size).toBeGreaterThan(995);
});
