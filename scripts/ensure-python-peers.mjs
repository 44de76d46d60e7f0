/** Makes sure of Python's WebSocket packages for the tests with independent peers, where it can.
 *  It never fails: without them these tests are skipped, and say so. */

import { canUseApt, installWithApt } from "./apt.mjs";
import { findPythonPeers, PYTHON_PACKAGES } from "./find-python-peers.mjs";

const APT_LIMIT_MS = 3 * 60_000;
const NAMES = PYTHON_PACKAGES.join(" and ");

/** @param {string} line */
function say(line) {
  process.stdout.write(`python peers: ${line}\n`);
}

async function ensurePythonPeers() {
  if (findPythonPeers() === undefined) {
    if (!canUseApt()) {
      say(`${NAMES} are absent, and apt-get needs root; the tests with them are skipped`);
      return;
    }
    say(`none found; installing ${NAMES} with apt-get`);
    await installWithApt(PYTHON_PACKAGES, { limitMs: APT_LIMIT_MS, say });
  }
  const python = findPythonPeers();
  if (python !== undefined) say(`using those of ${python}`);
  else say(`${NAMES} could not be installed; the tests with them are skipped`);
}

try {
  await ensurePythonPeers();
} catch (error) {
  say(`${error}; the tests with them may be skipped`);
}
