/** The demo in a process of its own, for the tests that start it. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { WebSocketServer } from "ws";

export type DemoProcess = ChildProcessByStdio<null, Readable, Readable>;

/** How a process ended, and what it said. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly complaints: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEMO = fileURLToPath(new URL("../../demo/start.mjs", import.meta.url));

/** Starts Node in the project's root, with `PORT` as given, whatever it is for the tests themselves. */
export function startNode(args: readonly string[], port: string | undefined): DemoProcess {
  const { PORT: _, ...environment } = process.env;
  return spawn(process.execPath, args, {
    cwd: ROOT,
    env: port === undefined ? environment : { ...environment, PORT: port },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Starts the demo; `port` is `PORT`, undefined for none. */
export function startDemo(port: string | undefined, ...args: readonly string[]): DemoProcess {
  return startNode([DEMO, ...args], port);
}

/** Collects what a process says until it ends. */
export async function outcome(child: DemoProcess): Promise<Outcome> {
  let output = "";
  let complaints = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const [code] = await once(child, "close");
  return { code, output, complaints };
}

/** The page's URL, once the demo has printed it. */
export function pageUrl(child: DemoProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const url = /open (http:\S+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once("exit", () => reject(new Error(`the demo ended without a URL:\n${output}`)));
  });
}

/** The port of a server that listens. */
export function portOf(server: Pick<Server, "address"> | WebSocketServer): number {
  return (server.address() as AddressInfo).port;
}
