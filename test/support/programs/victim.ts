/** Victim: a server to be abused: /echo sends all back, /feed hears broadcasts. It answers orders of its parent.
 *  The argument: options of `WebSockets` as JSON. */

import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { Compression } from "../../../src/index.ts";
import { WebSockets } from "../../../src/server/index.ts";

/** What the parent may ask for. */
export type Order =
  | { readonly ask: "grown" | "stats" }
  /** Answered once there are as few connections. */
  | { readonly ask: "size"; readonly size: number }
  /** So many messages of so many bytes to /feed, each in a turn of its own. */
  | { readonly ask: "broadcast"; readonly messages: number; readonly bytes: number };

const { compresses, ...options } = JSON.parse(process.argv[2] ?? "{}");
const compression = compresses ? Compression.CONTEXT_TAKEOVER : Compression.DISABLED;
const sockets = new WebSockets({ ...options, compression });
let rssBefore = 0;

/** What waits for the number of connections to fall. */
const waiting = new Map<number, () => void>();
subscribe("onesocket:close", () => {
  waiting.get(sockets.size)?.();
});

async function broadcast(messages: number, bytes: number): Promise<number> {
  for (let sent = 0; sent < messages; sent += 1) {
    sockets.to("feed").send(Buffer.alloc(bytes, sent));
    await turn();
  }
  return messages;
}

/**
 * The most resident memory so far, by the system's own mark: no peak goes unseen. That of `resourceUsage` starts,
 * on Linux, with what the parent had when it made this process.
 */
function peakBytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kib) * 1024;
}

async function obey(order: Order): Promise<unknown> {
  switch (order.ask) {
    case "grown":
      return peakBytes() - rssBefore;
    case "stats":
      return sockets.stats();
    case "broadcast":
      return await broadcast(order.messages, order.bytes);
    case "size":
      if (sockets.size > order.size) {
        await new Promise<void>((resolve) => waiting.set(order.size, resolve));
      }
      return sockets.size;
  }
}

async function main(): Promise<void> {
  sockets.route("/echo", async (connection) => {
    for await (const message of connection) await connection.send(message);
  });
  sockets.route("/feed", async (connection) => {
    connection.join("feed");
    await connection.closed;
  });
  process.on("disconnect", () => process.exit());
  process.on("message", async (order: Order) => process.send?.({ answer: await obey(order) }));
  const { port } = await sockets.listen(0, { host: "127.0.0.1" });
  globalThis.gc?.();
  rssBefore = process.memoryUsage.rss();
  process.send?.({ answer: port });
}

void main();
