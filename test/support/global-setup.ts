/** Global setup: starts the test server that the suites of both sides dial. */

import type { TestProject } from "vitest/node";
import { startTestServer } from "./test-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The test server's URL, without a path. */
    server: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer();
  project.provide("server", server.url);
  return server.close;
}
