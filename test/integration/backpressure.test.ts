/** Backpressure: who does not read stops the peer, and nothing grows meanwhile. */

import type { Duplex } from "node:stream";
import { expect, inject, test } from "vitest";
import type { WebSocket as WsSocket } from "ws";
import { connect } from "../../src/index.ts";
import { startPeerServer } from "../support/listening.ts";
import { runProgram } from "../support/run-program.ts";

const server = inject("server");
const MESSAGE = Buffer.alloc(64 * 1024, "x");
const COUNT = 16 * 1024; // 1 GiB in all
/** What the kernel, the inbox and one chunk may hold. */
const MOST_BETWEEN_BYTES = 32 * 1024 * 1024;

/** Sends `COUNT` messages after the first that comes, as fast as the other side takes them. */
class Flood {
  flushedBytes = 0;
  waits = 0;

  start(socket: WsSocket): void {
    const { _socket: stream } = socket as WsSocket & { _socket: Duplex };
    let left = COUNT;
    const pour = (): void => {
      while (left > 0) {
        left -= 1;
        socket.send(MESSAGE, () => {
          this.flushedBytes += MESSAGE.length;
        });
        if (!stream.writableNeedDrain) continue;
        this.waits += 1;
        stream.once("drain", pour);
        return;
      }
    };
    socket.once("message", pour);
    socket.on("error", () => {});
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function startFlood(): Promise<[flood: Flood, url: string]> {
  const flood = new Flood();
  const url = await startPeerServer({ serve: (peer) => flood.start(peer) });
  return [flood, url];
}

test("a reader that does not keep up fills the server's send buffer, and gets everything in order", async () => {
  const [flood, url] = await startFlood();
  const connection = await connect(url);
  await connection.send("go");
  let readBytes = 0;
  let mostBetweenBytes = 0;
  let pauses = 0;
  while (readBytes < COUNT * MESSAGE.length) {
    const message = await connection.receive();
    readBytes += message?.length ?? Number.NaN;
    mostBetweenBytes = Math.max(mostBetweenBytes, flood.flushedBytes - readBytes);
    if (connection.channel().length >= 15) pauses += 1;
    await turns(3);
  }
  expect(mostBetweenBytes).toBeLessThan(MOST_BETWEEN_BYTES);
  expect(flood.waits).toBeGreaterThan(10);
  expect(pauses).toBeGreaterThan(10);
  await connection.close();
});

test("1 GiB sent to a reader that does not read makes its memory grow by less than 64 MiB", async () => {
  const [flood, url] = await startFlood();
  const { code, stdout, stderr } = await runProgram("unread", [url, server]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { grownMiB, unread } = JSON.parse(stdout);
  expect(grownMiB).toBeLessThan(64);
  expect(unread).toBeGreaterThan(0);
  expect(flood.flushedBytes).toBeLessThan(MOST_BETWEEN_BYTES);
});

test("a connection whose inbox is full can still be closed, and what was held can be read", async () => {
  const [, url] = await startFlood();
  const connection = await connect(url, { channelCapacity: 4 });
  await connection.send("go");
  while (connection.channel().length < 4) await turns(1);
  expect((await connection.close()).code).toBe(1000);
  let held = 0;
  while (connection.connected) if ((await connection.receive()) !== null) held += 1;
  expect(held).toBeGreaterThanOrEqual(4);
});
