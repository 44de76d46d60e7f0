/** Python peer: runs a program of test/support/python, and reads the lines of JSON that it prints. */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { findPythonPeers, PYTHON_PACKAGES } from "../../scripts/find-python-peers.mjs";

const PROGRAMS = new URL("python/", import.meta.url);

/** The Python that runs them; undefined where none has the packages, which is said on stderr. */
export const python = findPythonPeers();
if (python === undefined) {
  process.stderr.write(`skipped: no Python has ${PYTHON_PACKAGES.join(" and ")}\n`);
}

/** A program that runs. */
export interface PythonPeer {
  /** Resolves with its next line; rejects, with what it wrote on stderr, when it ends without one. */
  next(): Promise<Record<string, unknown>>;
}

/** Starts a program; what still runs when the test has finished is killed. */
export function startPython(name: string, args: readonly string[]): PythonPeer {
  const file = fileURLToPath(new URL(`${name}.py`, PROGRAMS));
  const child = spawn(python ?? "python3", [file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const errors = collect(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = await lines.next();
      if (done) throw new Error(`${name}.py has ended: ${await errors}`);
      return JSON.parse(value);
    },
  };
}

/** Resolves with what it wrote on stderr, once it has ended. */
function collect({ stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    stderr?.on("data", (chunk) => {
      text += chunk;
    });
    stderr?.on("close", () => resolve(text));
  });
}
