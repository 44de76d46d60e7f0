/** Finding Python peers: the one place that knows which Python has the WebSocket packages for the tests.
 *  The tests and `ensure-python-peers.mjs` both ask here. */

import { spawnSync } from "node:child_process";

// Debian's packages are for Debian's Python, which need not be the first on the PATH.
const CANDIDATES = ["python3", "/usr/bin/python3"];
const LIMIT_MS = 30_000;
const PROBE = "import websockets, aiohttp";

/** The packages of Debian that the tests need. */
export const PYTHON_PACKAGES = ["python3-websockets", "python3-aiohttp"];

/**
 * A Python that has both packages, or undefined where there is none.
 *
 * @returns {string | undefined}
 */
export function findPythonPeers() {
  return CANDIDATES.find((python) => {
    const options = { stdio: "ignore", timeout: LIMIT_MS };
    return spawnSync(python, ["-c", PROBE], options).status === 0;
  });
}
