/** Makes sure that there is a Chromium for the browser tests, installing one where there is none.
 *  It prints which one is used, or fails: the browser tests are never skipped. */

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { canUseApt, installWithApt, run } from "./apt.mjs";
import { findChromium } from "./find-chromium.mjs";

const PLAYWRIGHT_LIMIT_MS = 3 * 60_000;
const VERSION_LIMIT_MS = 60_000;

/** @param {string} line */
function say(line) {
  process.stdout.write(`chromium: ${line}\n`);
}

/** Runs Playwright's command line with the given arguments. */
function playwright(...args) {
  const packageDirectory = dirname(fileURLToPath(import.meta.resolve("playwright/package.json")));
  const command = [join(packageDirectory, "cli.js"), ...args];
  return run(process.execPath, command, { limitMs: PLAYWRIGHT_LIMIT_MS, say });
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

async function installWithPlaywright() {
  say("none found; installing Playwright's own");
  if (!(await playwright("install", "chromium"))) return;
  const executable = findChromium();
  if (executable === undefined || versionOf(executable) !== undefined || !canUseApt()) return;
  say("it lacks system libraries; installing them with apt-get");
  await playwright("install-deps", "chromium");
}

async function installFromDebian() {
  if (!canUseApt()) {
    say("Playwright's installer failed, and apt-get needs root");
    return;
  }
  say("Playwright's installer failed; installing Debian's package with apt-get");
  await installWithApt(["chromium"], { say });
}

async function ensureChromium() {
  if (findChromium() === undefined) await installWithPlaywright();
  if (findChromium() === undefined) await installFromDebian();
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
