/** Finding proxies: the one place that knows where an nginx or a HAProxy for the tests may be.
 *  The tests and `ensure-proxies.mjs` both ask here. */

import { spawnSync } from "node:child_process";

const LIMIT_MS = 30_000;

/** The packages of Debian that the tests need, named as their programs. */
export const PROXIES = ["nginx", "haproxy"];

/**
 * The program of that name, or undefined where there is none.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function findProxy(name) {
  // Who is not root often has no /usr/sbin on the PATH.
  return [name, `/usr/sbin/${name}`].find((program) => {
    return spawnSync(program, ["-v"], { stdio: "ignore", timeout: LIMIT_MS }).status === 0;
  });
}
