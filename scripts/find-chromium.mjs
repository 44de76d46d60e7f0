/** Finding Chromium: the one place that knows where a browser for the tests may be.
 *  The tests, the test runner's configuration and `ensure-chromium.mjs` all ask here. */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";

const FIXED_PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
const NAMES_ON_PATH = ["google-chrome", "google-chrome-stable"];

/** Arguments that keep a test browser quiet; a page must load nothing that the test did not ask for. */
const QUIET_ARGUMENTS = [
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-gpu",
];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The path of a Chromium to test with, or undefined where there is none.
 *
 * In this order: the environment variable `ONESOCKET_CHROMIUM`, Playwright's own, Debian's paths, then
 * Google Chrome on the `PATH`.
 *
 * @returns {string | undefined}
 * @throws {Error} when `ONESOCKET_CHROMIUM` names something that cannot be run
 */
export function findChromium() {
  const chosen = process.env.ONESOCKET_CHROMIUM;
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new Error(`ONESOCKET_CHROMIUM is ${chosen}, which is no executable file`);
  }
  const directories = (process.env.PATH ?? "").split(delimiter).filter((entry) => entry !== "");
  const onPath = NAMES_ON_PATH.flatMap((name) => directories.map((entry) => join(entry, name)));
  return [chromium.executablePath(), ...FIXED_PATHS, ...onPath].find(isExecutable);
}

/**
 * The arguments that a test browser starts with.
 *
 * @returns {string[]}
 */
export function chromiumArguments() {
  // Chromium refuses to start as root with its sandbox, which needs a user namespace of its own.
  const isRoot = process.getuid?.() === 0;
  return isRoot ? ["--no-sandbox", ...QUIET_ARGUMENTS] : [...QUIET_ARGUMENTS];
}
