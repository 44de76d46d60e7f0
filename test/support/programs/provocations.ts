/** Provocations: a server all of whose hooks throw, in every way there is; tells what reached the process.
 *  Each way is tried with what can be thrown, down to what can't be looked at. */

import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "../../../src/index.ts";
import { WebSockets, type WebSocketsOptions } from "../../../src/server/index.ts";

const reached: string[] = [];
process.on("unhandledRejection", () => reached.push(`unhandledRejection: ${way}`));
process.on("uncaughtException", () => reached.push(`uncaughtException: ${way}`));
let shown = 0;
console.error = (...values: unknown[]) => {
  // As the console itself does, which asks what it shows.
  for (const value of values) Reflect.ownKeys(Object(value));
  shown += 1;
};

let way = "none";
const { proxy: unseeable, revoke } = Proxy.revocable({}, {});
revoke();

/** What is thrown. */
const THROWN: readonly unknown[] = [new Error("an error"), undefined, "text", null, unseeable];

type Fail = () => never;
type Rejecting = () => Promise<never>;

/** What makes a promise of an object. */
const THEN = "then";

/** A server's options, and what is done to it before somebody connects. */
interface Way {
  readonly options?: WebSocketsOptions;
  readonly prepare?: (sockets: WebSockets) => void;
}

function waysOf(fail: Fail, reject: Rejecting): Record<string, Way> {
  const handler = (act: () => unknown): Way => ({ prepare: (sockets) => sockets.route("/", act) });
  const hook = (act: () => unknown): Way => ({
    prepare: (sockets) => {
      sockets.onUpgrade = (socket) => {
        socket.close();
        return act();
      };
    },
  });
  const thenable = Object.fromEntries([[THEN, fail]]);
  const getter = Object.defineProperty({}, THEN, { get: fail });
  return {
    "handler throws": handler(fail),
    "handler rejects": handler(reject),
    "handler throws behind its close": {
      prepare: (sockets) =>
        sockets.route("/", async (connection) => {
          await connection.close();
          fail();
        }),
    },
    "handler asks of an ended connection, and awaits nothing": {
      prepare: (sockets) =>
        sockets.route("/", async (connection) => {
          await connection.close();
          void connection.send("text");
          void connection.sendBytes([1]);
          void connection.ping();
          void connection.receive(-1);
          void connection.close(1);
          fail();
        }),
    },
    "handler gives a thenable that throws": handler(() => thenable),
    "handler gives what throws when it is looked at": handler(() => getter),
    "onUpgrade throws": hook(fail),
    "onUpgrade rejects": hook(reject),
    "onUpgrade gives a thenable that throws": hook(() => thenable),
    "onError throws as well": { ...handler(fail), options: { onError: fail } },
    "onError rejects as well": { ...handler(reject), options: { onError: reject as never } },
    "authenticate throws": { options: { authenticate: fail } },
    "authenticate rejects": { options: { authenticate: reject } },
    "authenticate throws, and onError": { options: { authenticate: fail, onError: fail } },
    "authenticate rejects too late": {
      options: {
        handshakeTimeout: 1,
        authenticate: (_request, signal) =>
          new Promise((_resolve, rejectLate) =>
            signal.addEventListener("abort", () => rejectLate(new Error("late"))),
          ),
      },
    },
    "protocols throws": { options: { protocols: fail } },
    "protocols rejects": { options: { protocols: reject as never } },
    "trustProxy throws": {
      ...handler(fail),
      options: { trustProxy: fail },
    },
    "handler leaves what it waits for": {
      prepare: (sockets) =>
        sockets.route("/", (connection) => {
          // Nobody listens to what these come to, but the handler's own chains.
          connection.ping().catch(() => {});
          connection.receive().catch(() => {});
          fail();
        }),
    },
  };
}

/** Connects once, however that ends, then sends a handshake that is wrong. */
async function visit({ port }: AddressInfo): Promise<void> {
  try {
    const client = await connect(`ws://127.0.0.1:${port}/`, { protocols: ["x"] });
    await client.closed;
  } catch {
    // Refused: that is one of the ways.
  }
  const headers = { Connection: "Upgrade", Upgrade: "websocket" };
  await new Promise<void>((resolve) => {
    const asking = request({ port, host: "127.0.0.1", headers, agent: false });
    asking.on("error", () => resolve());
    asking.on("response", (response) => response.resume().on("close", resolve));
    asking.end();
  });
}

async function main(): Promise<void> {
  let visits = 0;
  for (const thrown of THROWN) {
    const fail: Fail = () => {
      throw thrown;
    };
    for (const [name, { options, prepare }] of Object.entries(
      waysOf(fail, () => Promise.reject(thrown)),
    )) {
      way = `${name}, with ${THROWN.indexOf(thrown)}`;
      const sockets = new WebSockets(options);
      prepare?.(sockets);
      await visit(await sockets.listen(0, { host: "127.0.0.1" }));
      await sockets.shutdown();
      // Node tells of what nobody handled behind the microtasks of a task.
      await new Promise((resolve) => setImmediate(resolve));
      visits += 1;
    }
  }
  process.stdout.write(JSON.stringify({ reached, visits, isShown: shown > 0 }));
}

void main();
