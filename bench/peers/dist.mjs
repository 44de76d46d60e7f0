/** The build of this library that is measured: `dist/`, or that of the variable ONESOCKET_DIST. */

import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const OWN_DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Loads a module of the build's part for Node, as `index.js`. */
export function importBuilt(name) {
  const dist = process.env.ONESOCKET_DIST ?? OWN_DIST;
  return import(pathToFileURL(join(dist, "node", name)).href);
}
