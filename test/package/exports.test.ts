/** Package: which build each runtime and bundler gets, and that each build has the public names. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { PUBLIC_NAMES } from "../architecture/public-names.ts";
import { type InstalledPackage, installPackage } from "./installed-package.ts";
import { outputOf } from "./run.ts";

/** Conditions that mean a platform with a WebSocket of its own. */
const NATIVE_CONDITIONS = ["browser", "deno", "bun", "workerd"];

const SHOW_IMPORT = `
  const names = Object.keys(await import("onesocket"));
  const path = new URL(import.meta.resolve("onesocket")).pathname;
  console.log(JSON.stringify({ path, names }));`;

const SHOW_REQUIRE = `
  const names = Object.keys(require("onesocket"));
  const path = require.resolve("onesocket");
  console.log(JSON.stringify({ path, names }));`;

/** Exchanges one message; \`WebSocket\` comes from the line before it. */
const EXCHANGE = `
  const socket = new WebSocket(process.argv[1]);
  socket.addListener("open", () => socket.send("hello"));
  socket.addListener("message", (name, data) => { console.log(data); socket.close(); });`;

let installed: InstalledPackage;

beforeAll(async () => {
  installed = await installPackage();
});

afterAll(() => installed.remove());

/** Runs a piece of JavaScript in the consumer's project. */
function node(type: "module" | "commonjs", code: string, ...args: string[]): Promise<string> {
  const [conditions, rest] = [
    args.filter((argument) => argument.startsWith("--")),
    args.filter((argument) => !argument.startsWith("--")),
  ];
  const command = [...conditions, `--input-type=${type}`, "--eval", code, "--", ...rest];
  return outputOf(process.execPath, command, installed.directory);
}

interface Shown {
  readonly path: string;
  readonly names: readonly string[];
}

/** Which file was loaded, and that it has the public names. */
async function loadedBy(type: "module" | "commonjs", ...conditions: string[]): Promise<string> {
  const code = type === "module" ? SHOW_IMPORT : SHOW_REQUIRE;
  const flags = conditions.map((condition) => `--conditions=${condition}`);
  const { path, names }: Shown = JSON.parse(await node(type, code, ...flags));
  expect([...names].sort()).toEqual([...PUBLIC_NAMES].sort());
  return path.slice(path.indexOf("/dist/"));
}

describe("Node", () => {
  test("import gets the ES module over ws", async () => {
    expect(await loadedBy("module")).toBe("/dist/node/index.js");
  });

  test("require gets the CommonJS module over ws", async () => {
    expect(await loadedBy("commonjs")).toBe("/dist/node/index.cjs");
  });

  test.each([
    ["module", 'import { WebSocket } from "onesocket";'],
    ["commonjs", 'const { WebSocket } = require("onesocket");'],
  ] as const)("an installed %s exchanges a message", async (type, line) => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await new Promise((resolve) => server.once("listening", resolve));
    server.on("connection", (peer) => peer.on("message", (data) => peer.send(`${data} back`)));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    expect(await node(type, line + EXCHANGE, `ws://127.0.0.1:${port}`)).toBe("hello back\n");
    await new Promise((resolve) => server.close(resolve));
  });
});

describe.each(NATIVE_CONDITIONS)("condition %s", (condition) => {
  test("import gets the ES module over the native socket", async () => {
    expect(await loadedBy("module", condition)).toBe("/dist/native/index.js");
  });

  test("require gets the CommonJS module over the native socket", async () => {
    expect(await loadedBy("commonjs", condition)).toBe("/dist/native/index.cjs");
  });
});

describe("bundlers", () => {
  test.each([
    ["browser", ["dist/native/index.js"]],
    ["neutral", ["dist/native/index.js"]],
    ["node", ["dist/node/shared.js", "dist/node/index.js"]],
  ] as const)("platform %s gets %s", async (platform, files) => {
    const result = await build({
      stdin: {
        contents: 'export { WebSocket } from "onesocket";',
        resolveDir: installed.directory,
      },
      platform,
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      external: ["ws", "isomorphic-ws", "eventemitter3"],
      absWorkingDir: installed.directory,
    });
    const inputs = Object.keys(result.metafile.inputs).filter((path) => path !== "<stdin>");
    expect(inputs).toEqual(files.map((file) => `node_modules/onesocket/${file}`));
  });
});

test("the native builds neither name ws nor a module of Node", () => {
  for (const file of ["index.js", "index.cjs"]) {
    const path = join(installed.directory, "node_modules/onesocket/dist/native", file);
    const imported = readFileSync(path, "utf8").matchAll(/(?:from |require\()["']([^"']+)["']/g);
    expect([...imported].map((match) => match[1])).toEqual([]);
  }
});

describe("onesocket/server", () => {
  test.each([
    ["module", 'import * as core from "onesocket"; import * as server from "onesocket/server";'],
    ["commonjs", 'const core = require("onesocket"); const server = require("onesocket/server");'],
  ] as const)("an installed %s serves sockets of the same class", async (type, line) => {
    const code = `${line}
      const sockets = new server.WebSockets();
      sockets.route("/", (connection) => {
        console.log(connection.socket instanceof core.WebSocket);
      });
      sockets.listen(0, { host: "127.0.0.1" }).then(async ({ port }) => {
        const { code } = await (await core.connect(\`ws://127.0.0.1:\${port}/\`)).closed;
        console.log(code);
        await sockets.shutdown();
      });`;
    expect(await node(type, code)).toBe("true\n1000\n");
  });
});

test("the script-tag bundle can be reached by its own path", async () => {
  const code = 'console.log(import.meta.resolve("onesocket/onesocket.iife.min.js"))';
  expect(await node("module", code)).toMatch(/\/dist\/onesocket\.iife\.min\.js\n$/);
});
