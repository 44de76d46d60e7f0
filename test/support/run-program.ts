/** Programs: runs a file of test/support/programs in a Node of its own, over the sources as they are. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** How a program ended. */
export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program `name` until it ends by itself; what still runs when the test has finished is killed. */
export async function runProgram(
  name: string,
  programArguments: readonly string[],
): Promise<ProgramResult> {
  const nodeArguments = ["--expose-gc", "-", ...programArguments];
  const child = spawn(process.execPath, nodeArguments, { cwd: ROOT });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin.end(bundle(name));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

/** The program and all that it imports, as one CommonJS script. */
export function bundle(name: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [`${ROOT}test/support/programs/${name}.ts`],
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
    external: ["bufferutil", "utf-8-validate"],
  });
  return outputFiles[0]?.text ?? "";
}
