/** Bomb: a program that asks for a message, and tells what it became and how much memory that took.
 *  Arguments: the server's URL, the readLimit in bytes. */

import { WebSocket as Ws } from "ws";
import type { AdapterSink } from "../../../src/adapter/adapter.ts";
import { createWsDialer } from "../../../src/adapter/ws-dialer.ts";
import { Compression } from "../../../src/constants.ts";

const [url = "", readLimit = ""] = process.argv.slice(2);
const options = { readLimit: Number(readLimit), compression: Compression.CONTEXT_TAKEOVER };

const seen = { messages: 0, errorCode: "", closeCode: 0 };
const before = { rss: 0, external: 0 };
let maxExternal = 0;
let isWatching = true;

/** Looks in each turn of the loop: what inflates does so over many of them. */
function watch(): void {
  maxExternal = Math.max(maxExternal, process.memoryUsage().external);
  if (isWatching) setImmediate(watch);
}

function report(): void {
  // The system's own mark: no peak of the resident memory goes unseen between two looks.
  const maxRss = process.resourceUsage().maxRSS * 1024;
  const grown = { rss: maxRss - before.rss, external: maxExternal - before.external };
  process.stdout.write(JSON.stringify({ ...seen, grown }));
}

const sink: AdapterSink = {
  separateTasks: false,
  open() {
    globalThis.gc?.();
    Object.assign(before, process.memoryUsage());
    watch();
    adapter.send("go");
  },
  message() {
    seen.messages += 1;
  },
  pong() {},
  drain() {},
  error({ code }) {
    seen.errorCode = code;
  },
  close({ code }) {
    isWatching = false;
    seen.closeCode = code;
    report();
  },
};

const adapter = createWsDialer(Ws).dial({ url, protocols: [], options }, sink);
