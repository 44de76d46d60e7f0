/** Runs what has to do with sockets in Node once more, with the frames made and read by `ws`. */

import { spawnSync } from "node:child_process";

const SUITES = ["contract", "behaviour", "integration", "conformance"].map(
  (name) => `test/${name}`,
);

const { status } = spawnSync(
  "npx",
  ["vitest", "run", "--project", "node", "--project", "alone", ...SUITES],
  {
    env: { ...process.env, ONESOCKET_FRAMING: "ws" },
    stdio: "inherit",
  },
);
process.exitCode = status ?? 1;
