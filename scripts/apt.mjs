/** Apt: Debian's packages, installed where that is possible: as root, and within a limited time.
 *  For the scripts that make sure of what some tests need. */

import { spawn, spawnSync } from "node:child_process";

const LIMIT_MS = 10 * 60_000;

/**
 * Runs a command with its output shown; resolves with whether it succeeded within the time.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ limitMs: number, say: (line: string) => void }} options `say` is told when it is given up
 * @returns {Promise<boolean>}
 */
export function run(command, args, { limitMs, say }) {
  return new Promise((resolve) => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    // A group of its own, so that a download started by the installer ends with it.
    const child = spawn(command, args, { stdio: ["ignore", 1, 2], env, detached: true });
    const timer = setTimeout(() => {
      say(`given up after ${limitMs / 1000} s: ${command} ${args.join(" ")}`);
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, limitMs);
    const finish = (succeeded) => {
      clearTimeout(timer);
      resolve(succeeded);
    };
    child.on("error", () => finish(false));
    child.on("exit", (code) => finish(code === 0));
  });
}

/** Whether packages may be installed: by root, where there is apt-get. */
export function canUseApt() {
  const isRoot = process.getuid?.() === 0;
  return isRoot && spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
}

/**
 * Installs packages, the lists of what there is renewed before.
 *
 * @param {string[]} packages
 * @param {{ limitMs?: number, say: (line: string) => void }} options `limitMs` is for each of the two steps
 * @returns {Promise<boolean>} whether that succeeded
 */
export async function installWithApt(packages, { limitMs = LIMIT_MS, say }) {
  if (!(await run("apt-get", ["update"], { limitMs, say }))) return false;
  return await run("apt-get", ["install", "-y", ...packages], { limitMs, say });
}
