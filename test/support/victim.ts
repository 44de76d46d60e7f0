/** Victim: a server in a process of its own, whose memory can be measured while it is abused. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished } from "vitest";
import { type Connection, connect } from "../../src/index.ts";
import type { SocketStats, WebSocketsOptions } from "../../src/server/index.ts";
import type { Order } from "./programs/victim.ts";
import { bundle } from "./run-program.ts";

let program: string | undefined;

/** A running server, and a client that means well. */
export class Victim {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #ask: (order: Order) => Promise<unknown>;
  readonly #healthy: Connection;
  #echoes = 0;

  constructor(
    port: number,
    child: ChildProcess,
    ask: (order: Order) => Promise<unknown>,
    healthy: Connection,
  ) {
    this.port = port;
    this.#child = child;
    this.#ask = ask;
    this.#healthy = healthy;
  }

  /** By how many MiB its resident memory was ever larger than at its start. */
  async grownMiB(): Promise<number> {
    return Number(await this.#ask({ ask: "grown" })) / 2 ** 20;
  }

  async stats(): Promise<SocketStats> {
    return (await this.#ask({ ask: "stats" })) as SocketStats;
  }

  /** Resolves once there are so few connections; the healthy client's is one. */
  async whenSize(size: number): Promise<void> {
    await this.#ask({ ask: "size", size });
  }

  /** Sends to all who listen to /feed. */
  async broadcast(messages: number, bytes: number): Promise<void> {
    await this.#ask({ ask: "broadcast", messages, bytes });
  }

  /** Stops the server's process while `act` runs; what that sends is there at once when it goes on. */
  whileStopped(act: () => void): void {
    this.#child.kill("SIGSTOP");
    try {
      act();
    } finally {
      this.#child.kill("SIGCONT");
    }
  }

  /** One echo for the healthy client. */
  async echo(): Promise<void> {
    this.#echoes += 1;
    const message = `echo ${this.#echoes}`;
    await this.#healthy.send(message);
    expect(await this.#healthy.receive()).toBe(message);
  }

  /** Has the healthy client echoed, one message after the other, until the attack is over, and once behind it. */
  async echoDuring<T>(attack: Promise<T>): Promise<T> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    attack.then(end, end);
    do await this.echo();
    while (!isOver);
    await this.echo();
    return await attack;
  }
}

/** What it is started with; options that JSON can carry. */
export type VictimOptions = WebSocketsOptions & { readonly compresses?: boolean };

/** Starts one; it is killed when the test has finished, which fails where it has ended or complained before. */
export async function startVictim(options: VictimOptions = {}): Promise<Victim> {
  const nodeArguments = ["--expose-gc", "-", JSON.stringify(options)];
  const stdio = ["pipe", "inherit", "pipe", "ipc"] as const;
  const child = spawn(process.execPath, nodeArguments, { stdio: [...stdio] });
  let complaints = "";
  child.stderr?.on("data", (chunk) => {
    complaints += chunk;
  });
  onTestFinished(() => {
    const { exitCode } = child;
    child.kill("SIGKILL");
    expect([exitCode, complaints]).toEqual([null, ""]);
  });
  program ??= bundle("victim");
  child.stdin?.end(program);
  const ended = once(child, "exit").then(() => Promise.reject(new Error(`ended: ${complaints}`)));
  ended.catch(() => {});
  const next = async (): Promise<unknown> => {
    const [message] = await Promise.race([once(child, "message"), ended]);
    return message.answer;
  };
  const ask = async (order: Order): Promise<unknown> => {
    const answer = next();
    child.send(order);
    return await answer;
  };
  const port = Number(await next());
  const healthy = await connect(`ws://127.0.0.1:${port}/echo`);
  onTestFinished(() => void healthy.close());
  return new Victim(port, child, ask, healthy);
}
