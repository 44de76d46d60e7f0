/** Leaving: a program that does something with a socket, and tells on leaving in which state the socket is.
 *  Arguments: what to do, the test server's URL. */

import { Agent, type ClientRequestArgs } from "node:http";
import { createConnection, type Socket } from "node:net";
import { WebSocket } from "../../../src/index.ts";

const [deed = "", server = ""] = process.argv.slice(2);

/** An agent whose connections do not keep the process alive: what does must be something else. */
class IdleAgent extends Agent {
  override createConnection({ host, port }: ClientRequestArgs): Socket {
    return createConnection(Number(port), host ?? "").unref();
  }
}

/** Waits for `event`, kept alive by a timer of its own. */
async function until(socket: WebSocket, event: "open" | "message"): Promise<void> {
  const alive = setInterval(() => {}, 1000);
  await new Promise<void>((resolve) => socket.addListener(event, () => resolve()));
  clearInterval(alive);
}

const DEEDS: Readonly<Record<string, () => WebSocket | Promise<WebSocket>>> = {
  "close after an echo": () => {
    const socket = new WebSocket(`${server}/echo`);
    socket.addListener("open", () => socket.send("x"));
    return socket.addListener("message", () => socket.close());
  },
  "close compressed": () => {
    const socket = new WebSocket(`${server}/echo?deflate`, null, { compression: 1 });
    socket.addListener("open", () => socket.send("x".repeat(1_000)));
    return socket.addListener("message", () => socket.close());
  },
  "be closed": () => new WebSocket(`${server}/close?code=1000`),
  "be refused": () => new WebSocket(`${server}/nowhere`),
  "close while connecting": () => new WebSocket(`${server}/silent`).close(),
  "abort while connecting": () => {
    const abort = new AbortController();
    const socket = new WebSocket(`${server}/silent`, null, { signal: abort.signal });
    abort.abort();
    return socket;
  },
  "time out": () => new WebSocket(`${server}/silent`, null, { dialTimeout: 20 }),
  "close many that share a signal": () => {
    const { signal } = new AbortController();
    const dial = (): WebSocket => new WebSocket(`${server}/echo`, null, { signal });
    const sockets = Array.from({ length: 50 }, dial);
    for (const socket of sockets) socket.addListener("open", () => socket.close());
    return dial().close();
  },
  "make and never open": () => WebSocket.make(),
  "make and close": () => WebSocket.make().close(),
  "wait for a dial": () =>
    new WebSocket(`${server}/silent`, null, { agent: new IdleAgent(), dialTimeout: "1h" }),
  "idle while open": async () => {
    const socket = new WebSocket(`${server}/echo`, null, { agent: new IdleAgent() });
    await until(socket, "open");
    return socket;
  },
};

async function main(): Promise<void> {
  const socket = await DEEDS[deed]?.();
  process.on("exit", () => process.stdout.write(`left in state ${socket?.readyState}`));
}

void main();
