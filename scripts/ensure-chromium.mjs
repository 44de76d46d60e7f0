/** Makes sure that there is a Chromium for the browser tests, installing one where there is none.
 *  It prints which one is used, or fails: the browser tests are never skipped. */

import { spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium } from "./find-chromium.mjs";

const PLAYWRIGHT_LIMIT_MS = 3 * 60_000;
const APT_LIMIT_MS = 10 * 60_000;
const VERSION_LIMIT_MS = 60_000;

/** @param {string} line */
function say(line) {
  process.stdout.write(`chromium: ${line}\n`);
}

/**
 * Runs a command with its output shown; resolves with whether it succeeded within the time.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {number} limitMs
 * @returns {Promise<boolean>}
 */
function run(command, args, limitMs) {
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

/** Runs Playwright's command line with the given arguments. */
function playwright(...args) {
  const packageDirectory = dirname(fileURLToPath(import.meta.resolve("playwright/package.json")));
  return run(process.execPath, [join(packageDirectory, "cli.js"), ...args], PLAYWRIGHT_LIMIT_MS);
}

/** What a Chromium says of itself, or undefined when it cannot even be started. */
function versionOf(executable) {
  const result = spawnSync(executable, ["--version"], {
    encoding: "utf8",
    timeout: VERSION_LIMIT_MS,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

function canUseApt() {
  const isRoot = process.getuid?.() === 0;
  return isRoot && spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status === 0;
}

async function installWithPlaywright() {
  say("none found; installing Playwright's own");
  if (!(await playwright("install", "chromium"))) return;
  const executable = findChromium();
  if (executable === undefined || versionOf(executable) !== undefined || !canUseApt()) return;
  say("it lacks system libraries; installing them with apt-get");
  await playwright("install-deps", "chromium");
}

async function installWithApt() {
  if (!canUseApt()) {
    say("Playwright's installer failed, and apt-get needs root");
    return;
  }
  say("Playwright's installer failed; installing Debian's package with apt-get");
  if (await run("apt-get", ["update"], APT_LIMIT_MS)) {
    await run("apt-get", ["install", "-y", "chromium"], APT_LIMIT_MS);
  }
}

async function ensureChromium() {
  if (findChromium() === undefined) await installWithPlaywright();
  if (findChromium() === undefined) await installWithApt();
  const executable = findChromium();
  if (executable === undefined) {
    throw new Error(
      "none found and none could be installed; install Chromium or Google Chrome, or set ONESOCKET_CHROMIUM to the path of one",
    );
  }
  const version = versionOf(executable);
  if (version === undefined) throw new Error(`${executable} does not start`);
  say(`using ${executable} (${version})`);
}

try {
  await ensureChromium();
} catch (error) {
  process.stderr.write(`chromium: ${error.message}\n`);
  process.exitCode = 1;
}
