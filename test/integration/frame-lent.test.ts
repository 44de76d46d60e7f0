/** What dialled sockets read, over TCP and TLS, into memory that all of them share: nothing that was handed over
 *  changes, whatever comes behind it. */

import { createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { connectPlain } from "../../src/adapter/frame-connect.ts";
import { Lender, READ_BYTES } from "../../src/adapter/frame-lent.ts";
import { FrameSocket } from "../../src/adapter/frame-socket.ts";
import { WebSocket } from "../../src/index.ts";
import { patterned, readerSettings } from "../support/frame-streams.ts";
import {
  BINARY,
  CLOSE,
  closePayload,
  lineOf,
  openFramed,
  peerFrames,
  SIDES,
  TEXT,
  turn,
  turns,
  until,
} from "../support/framed-pair.ts";
import { IS_OWN_FRAMING } from "../support/framing.ts";
import { listen, startPeerServer } from "../support/listening.ts";
import { takeUncaught } from "../support/uncaught.ts";
import { WireLog } from "../support/wire-log.ts";

const CLIENTS = SIDES.filter(([, { isServer }]) => !isServer);
/** Sizes on all sides of what is read at once. */
const size = fc.oneof(
  fc.constantFrom(65_535, 65_536, 65_537, 131_073, 300_000, READ_BYTES - 10, READ_BYTES),
  fc.nat(70_000),
  fc.nat(9000),
);
const contents = fc.array(fc.tuple(size, fc.boolean()), {
  minLength: 1,
  maxLength: 25,
  size: "max",
});
const framesOf = (list: readonly (string | Buffer)[]): Buffer =>
  peerFrames(
    false,
    ...list.map((data): [number, string | Buffer] => [
      typeof data === "string" ? TEXT : BINARY,
      data,
    ]),
  );

describe.each(CLIENTS)("%s", (_name, side) => {
  test("changes nothing that it has handed over, however it is cut, stopped and shared", async () => {
    const cuts = fc.array(fc.integer({ min: 500, max: 150_000 }), { minLength: 1, maxLength: 4 });
    const stops = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(contents, cuts, stops, async (kinds, sizes, stopped) => {
        const list = kinds.map(([bytes, isText], seed) =>
          isText ? "ü".repeat(bytes >> 1) : patterned(bytes, seed),
        );
        const [one, other] = [await openFramed(side), await openFramed(side)];
        const kept: (string | Uint8Array)[] = [];
        one.sink.message = (data) => {
          kept.push(data);
          if (!stopped[kept.length % stopped.length]) return;
          one.adapter.pause();
          setImmediate(() => one.adapter.resume());
        };
        const stream = framesOf(list);
        for (let at = 0, step = 0; at < stream.length; step += 1) {
          const bytes = sizes[step % sizes.length] ?? 1;
          one.peer.write(stream.subarray(at, at + bytes));
          other.peer.write(framesOf([patterned(5000, step)]));
          at += bytes;
          await turn();
        }
        await until(() => kept.length === list.length);
        expect(kept.map(lineOf)).toEqual(list.map(lineOf));
        // The sockets end when their peers have.
        for (const { peer, sink } of [one, other]) {
          peer.end(peerFrames(false, [CLOSE, closePayload(1000)]));
          peer.resume();
          await sink.next("close");
        }
      }),
      { numRuns: 20, seed: 4 },
    );
  });
});

describe.runIf(IS_OWN_FRAMING)("a socket that was stopped is lent little from then on", () => {
  test.each<[string, (stop: () => void) => void]>([
    ["in a message", (stop) => stop()],
    ["in a task of its own behind one", (stop) => void setImmediate(stop)],
  ])("%s", async (_when, run) => {
    const { adapter, sink, peer } = await openFramed({ isServer: false });
    const lend = vi.spyOn(Lender.prototype, "lend");
    onTestFinished(() => lend.mockRestore());
    const seen = (): boolean[] => lend.mock.calls.map(([hasStopped]) => hasStopped);
    sink.message = () => {
      sink.message = () => {};
      run(() => {
        adapter.pause();
        setImmediate(() => adapter.resume());
      });
    };
    peer.write(framesOf([patterned(10, 1)]));
    await until(() => seen().length === 1);
    await turns(3);
    peer.write(framesOf([patterned(10, 2)]));
    await until(() => seen().length === 2);
    // Told once.
    peer.write(framesOf([patterned(10, 3)]));
    await until(() => seen().length === 3);
    expect(seen().filter(Boolean)).toHaveLength(1);
    expect(seen()[2]).toBe(false);
  });
});

test("a large message's ArrayBuffer is its own, and holds nothing else", async () => {
  const list = Array.from({ length: 40 }, (_, seed) => patterned(50_000 + seed * 7000, seed));
  const url = await startPeerServer({
    serve: (peer) => {
      for (const data of list) peer.send(data);
    },
  });
  const socket = new WebSocket(url);
  onTestFinished(() => void socket.close());
  const kept: ArrayBuffer[] = [];
  socket.addEventListener("message", ({ data }) => void kept.push(data as ArrayBuffer));
  await until(() => kept.length === list.length);
  expect(kept.map((data) => lineOf(new Uint8Array(data)))).toEqual(list.map(lineOf));
});

test("a tick that throws behind a message spoils none of those that follow", async () => {
  const uncaught = takeUncaught();
  const list = Array.from({ length: 60 }, (_, seed) => patterned(9000 * seed, seed));
  const server = createServer((peer) => void peer.write(framesOf(list)));
  const socket = connectPlain({ host: "127.0.0.1", port: await listen(server) });
  const connection = { socket, head: Buffer.alloc(0), protocol: "", extensions: "" };
  const owner = new WireLog(new FrameSocket(connection, readerSettings()));
  const kept: (string | Uint8Array)[] = [];
  owner.onMessage = (data) => {
    kept.push(data);
    // Node is not told then how much is lent from now on.
    process.nextTick(() => {
      throw new Error("of a tick");
    });
  };
  await uncaught.until(list.length);
  expect(kept.map(lineOf)).toEqual(list.map(lineOf));
});
