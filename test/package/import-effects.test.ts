/** Package: importing it has no effect. A probe in a process of its own watches each build load. */

import { describe, expect, test } from "vitest";
import { ROOT } from "./installed-package.ts";
import { outputOf } from "./run.ts";

/** The effects that loading `target` has, as the probe names them. */
async function effectsOf(target: string): Promise<string[]> {
  return JSON.parse(
    await outputOf(process.execPath, ["test/package/import-probe.mjs", target], ROOT),
  );
}

test.each(["node/index.js", "node/index.cjs", "native/index.js", "native/index.cjs"])(
  "importing dist/%s has no effect",
  async (file) => {
    expect(await effectsOf(`${ROOT}dist/${file}`)).toEqual([]);
  },
);

describe("the probe sees", () => {
  test.each([
    ["a timer", "setTimeout(() => {}, 0)", "globalThis.setTimeout"],
    [
      "an imported timer",
      'import { setInterval as s } from "node:timers"; clearInterval(s(() => {}, 9))',
      "timers.setInterval",
    ],
    ["a microtask", "queueMicrotask(() => {})", "globalThis.queueMicrotask"],
    ["a log line", "console.warn('hi')", "console.warn"],
    ["a global", "globalThis.leak = 1", "global leak"],
    ["randomness", "Math.random()", "Math.random"],
    [
      "imported randomness",
      'import { randomUUID } from "node:crypto"; randomUUID()',
      "node:crypto.randomUUID",
    ],
    ["web randomness", "crypto.getRandomValues(new Uint8Array(1))", "crypto.getRandomValues"],
    ["a listener on the process", "process.on('exit', () => {})", "process.on"],
    ["a server left open", 'import net from "node:net"; net.createServer().listen(0)', "left open"],
  ])("%s", async (_what, code, effect) => {
    const effects = await effectsOf(`data:text/javascript,${encodeURIComponent(code)}`);
    expect(effects.join("\n")).toContain(effect);
  });
});
