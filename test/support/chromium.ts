/** Chromium for tests that drive a browser themselves, started as the `page` project starts it.
 *  Where to find one is decided in `scripts/find-chromium.mjs` alone. */

import { type Browser, chromium } from "playwright";
import {
  chromiumArguments,
  findChromium as findChromiumOrNone,
} from "../../scripts/find-chromium.mjs";

/**
 * The path of the Chromium to test with.
 *
 * @throws {Error} when there is none; `node scripts/ensure-chromium.mjs` installs one
 */
export function findChromium(): string {
  const executable = findChromiumOrNone();
  if (executable === undefined) {
    throw new Error("no Chromium found; run: node scripts/ensure-chromium.mjs");
  }
  return executable;
}

/** Starts a headless Chromium. The caller closes it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: chromiumArguments(),
    headless: true,
  });
}
