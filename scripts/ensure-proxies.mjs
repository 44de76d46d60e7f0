/** Makes sure of nginx and HAProxy for the tests of docs/deploy.md, where it can.
 *  It never fails: without them these tests are skipped, and say so. */

import { existsSync } from "node:fs";
import { canUseApt, installWithApt } from "./apt.mjs";
import { findProxy, PROXIES } from "./find-proxies.mjs";

const APT_LIMIT_MS = 3 * 60_000;
/** There where systemd runs, which starts a service as soon as it is installed. */
const SYSTEMD = "/run/systemd/system";

/** @param {string} line */
function say(line) {
  process.stdout.write(`proxies: ${line}\n`);
}

function findMissing() {
  return PROXIES.filter((name) => findProxy(name) === undefined);
}

/** Why they are not to be installed, or undefined. */
function reasonAgainst() {
  if (!canUseApt()) return "apt-get needs root";
  // A test must not leave a web server running on somebody's machine.
  return existsSync(SYSTEMD) ? "to install them would start them as services" : undefined;
}

async function ensureProxies() {
  const missing = findMissing();
  if (missing.length > 0) {
    const names = missing.join(" and ");
    const reason = reasonAgainst();
    if (reason !== undefined) {
      say(`no ${names}, and ${reason}; the tests with them are skipped`);
      return;
    }
    say(`installing ${names} with apt-get`);
    // The same for what Debian starts without systemd.
    process.env.RUNLEVEL = "1";
    await installWithApt(missing, { limitMs: APT_LIMIT_MS, say });
  }
  const stillMissing = findMissing();
  if (stillMissing.length === 0) say(`using ${PROXIES.map(findProxy).join(" and ")}`);
  else say(`${stillMissing.join(" and ")} could not be installed; the tests with them are skipped`);
}

try {
  await ensureProxies();
} catch (error) {
  say(`${error}; the tests with them may be skipped`);
}
