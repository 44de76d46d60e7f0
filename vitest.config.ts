/** Test runs: `node` for everything that runs in Node, `alone` for what measures the memory of a server under attack,
 *  which is larger where the machine is busy, `page` for what also runs in a real Chromium.
 *  The suites in test/behaviour run in both. The built package is tested too: `npm test` builds first. */

import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumArguments, findChromium } from "./scripts/find-chromium.mjs";

/** They run behind all others, and nothing beside them. */
const ALONE = ["test/integration/abuse.test.ts"];

const LIMITS = { testTimeout: 20_000, hookTimeout: 30_000, teardownTimeout: 10_000 };

/** Where none is found, Playwright says so when the `page` project starts; `node` runs without. */
const executablePath = findChromium();

export default defineConfig({
  test: {
    // At the root it runs once; what it provides reaches both projects.
    globalSetup: ["test/support/global-setup.ts"],
    allowOnly: false,
    projects: [
      {
        test: {
          ...LIMITS,
          name: "node",
          environment: "node",
          include: [
            "test/{unit,contract,integration,conformance,behaviour,architecture,package,docs}/**/*.test.ts",
            "test/browser/**/*.node.test.ts",
          ],
          exclude: ["**/*.page.test.ts", ...ALONE],
        },
      },
      {
        test: {
          ...LIMITS,
          name: "alone",
          environment: "node",
          include: ALONE,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // `#default-dialer` resolves to the native socket, as it does in a bundled page.
        resolve: { conditions: ["browser", "module"] },
        // Named, so that no dependency is found late and reloads the page in the middle of a test.
        optimizeDeps: { include: ["fast-check", "isomorphic-ws"] },
        test: {
          ...LIMITS,
          name: "page",
          include: [
            "test/behaviour/**/*.test.ts",
            "test/contract/**/*.page.test.ts",
            "test/unit/buffer*.test.ts",
          ],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(executablePath === undefined ? {} : { executablePath }),
                args: chromiumArguments(),
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
