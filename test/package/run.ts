/** Runs a program to its end, for tests of what other programs see of the package. */

import { execFile } from "node:child_process";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMITS = { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 };

/** Resolves with the outcome, also of a program that fails. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd, ...LIMITS }, (error, stdout, stderr) => {
      const code = error === null ? 0 : (child.exitCode ?? 1);
      resolve({ code, stdout, stderr: stderr || (error?.message ?? "") });
    });
  });
}

/** The output of a program that must succeed. */
export async function outputOf(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${code}: ${stderr}`);
  return stdout;
}
