/** Cycles: a program that opens and closes sockets in every way there is, and tells what is left of them.
 *  Arguments: the test server's URL, the number of rounds. */

import { createHook } from "node:async_hooks";
import { getEventListeners, setMaxListeners } from "node:events";
import { Agent, type ClientRequestArgs } from "node:http";
import { createConnection, type Socket } from "node:net";
import { WebSocket, type WebSocketOptions } from "../../../src/index.ts";

const [server = "", rounds = "1"] = process.argv.slice(2);
/** Sockets of each way in a round, all at once. */
const SOCKETS_PER_WAY = 10;

/** An agent that keeps account of its connections. */
class CountingAgent extends Agent {
  opened = 0;
  closed = 0;

  override createConnection(options: ClientRequestArgs): Socket {
    this.opened += 1;
    const { host, port } = options;
    const socket = createConnection(Number(port), host ?? "");
    return socket.once("close", () => {
      this.closed += 1;
    });
  }
}

const agent = new CountingAgent({ keepAlive: true });
const lasting = new AbortController();
const lastingOptions: WebSocketOptions = { agent, signal: lasting.signal, dialTimeout: "1h" };

/** What becomes of a socket, by way: where it dials, and what is done with it. */
const WAYS: Readonly<Record<string, { path: string; act: (socket: WebSocket) => void }>> = {
  cleanClose: {
    path: "/echo",
    act: (socket) => {
      socket.onopen = () => socket.send("x");
      socket.onmessage = () => socket.close(1000, "done");
    },
  },
  closeWhileConnecting: { path: "/echo", act: (socket) => socket.close() },
  serverCloses: {
    path: "/close?code=4000",
    act: (socket) => socket.addListener("message", () => {}),
  },
  serverDrops: { path: "/terminate", act: () => {} },
  refusal: { path: "/nowhere", act: () => {} },
  // A port that no test server is ever given.
  noAnswer: { path: "ws://127.0.0.1:1/", act: () => {} },
  abort: { path: "/echo", act: () => {} },
};

/** The sockets that are still reachable. */
const sockets: WeakRef<WebSocket>[] = [];
/** What was reported, by way, as `"abort error"`. */
const reports: Record<string, number> = {};
let warnings = 0;
process.on("warning", () => {
  warnings += 1;
});

/** The timers that run, those without a hold on the process included. */
const timers = new Set<number>();
const hook = createHook({
  init: (id, type) => void (type === "Timeout" && timers.add(id)),
  destroy: (id) => void timers.delete(id),
});

function count(report: string): void {
  reports[report] = (reports[report] ?? 0) + 1;
}

async function runSocket(way: string, path: string, options: WebSocketOptions): Promise<void> {
  const socket = new WebSocket(path.startsWith("/") ? server + path : path, null, options);
  sockets.push(new WeakRef(socket));
  socket.addListener("open", () => {});
  socket.addListener("error", () => count(`${way} error`));
  socket.onclose = () => count(`${way} close`);
  WAYS[way]?.act(socket);
  await socket.read();
}

async function runRound(): Promise<void> {
  const abort = new AbortController();
  const ended = Object.entries(WAYS).flatMap(([way, { path }]) =>
    Array.from({ length: SOCKETS_PER_WAY }, () => {
      const options = way === "abort" ? { agent, signal: abort.signal } : lastingOptions;
      return runSocket(way, path, options);
    }),
  );
  // By then some are open and some are not.
  await Promise.race(ended);
  abort.abort();
  await Promise.all(ended);
  if (getEventListeners(abort.signal, "abort").length > 0) count("listeners of an aborted signal");
}

function activeResources(): string {
  return process.getActiveResourcesInfo().sort().join();
}

/** Waits until `isDone`, for at most `maxTurns` of the loop. */
async function settle(isDone: () => boolean, maxTurns = 500): Promise<void> {
  for (let turn = 0; turn < maxTurns && !isDone(); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function countReachable(): number {
  globalThis.gc?.();
  return sockets.filter((reference) => reference.deref() !== undefined).length;
}

async function main(): Promise<void> {
  setMaxListeners(0, lasting.signal);
  // Once before, for what is made once and kept.
  await runRound();
  await settle(() => agent.opened === agent.closed);
  const before = activeResources();
  hook.enable();
  for (let round = 1; round < Number(rounds); round += 1) await runRound();
  await settle(() => activeResources() === before && timers.size === 0);
  hook.disable();
  await settle(() => countReachable() === 0, 20);
  const { opened, closed, freeSockets, requests } = agent;
  const left = JSON.stringify({
    cycles: sockets.length,
    reports,
    warnings,
    resources: { before, after: activeResources() },
    timers: timers.size,
    connections: { opened, closed },
    agent: { sockets: agent.sockets, freeSockets, requests, events: agent.eventNames() },
    signalListeners: getEventListeners(lasting.signal, "abort").length,
    reachable: countReachable(),
  });
  // Only now: to make it adds a resource.
  process.stdout.write(left);
}

void main();
