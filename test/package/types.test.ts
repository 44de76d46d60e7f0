/** Package: its types as other projects compile them, with their settings and without ours. */

import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InstalledPackage, installPackage } from "./installed-package.ts";
import { type Outcome, run } from "./run.ts";

const USAGE = fileURLToPath(new URL("./consumer/usage.ts", import.meta.url));
const SERVER_USAGE = fileURLToPath(new URL("./consumer/server-usage.ts", import.meta.url));

/** Nothing is skipped: the package's declarations are checked as strictly as the program. */
const STRICT = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
const OUTPUT = { target: "es2022", noEmit: true };
const FOR_NODE = { ...STRICT, ...OUTPUT, lib: ["ES2022"], types: ["node"] };
const FOR_PAGE = { ...STRICT, ...OUTPUT, lib: ["ES2022", "DOM"], types: [] };
const NODE_MODULES = { module: "nodenext", moduleResolution: "nodenext" };
const BUNDLED = { module: "esnext", moduleResolution: "bundler" };

/** A compiler takes seconds, and others may be at work on the same cores. */
const COMPILE_LIMIT_MS = 60_000;

let installed: InstalledPackage;

beforeAll(async () => {
  installed = await installPackage();
});

afterAll(() => installed.remove());

interface Consumer {
  readonly name: string;
  readonly type: "module" | "commonjs";
  readonly compilerOptions: object;
}

/** Makes a directory for one kind of program; the caller puts the program into it. */
function makeConsumer({ name, type, compilerOptions }: Consumer): string {
  const directory = join(installed.directory, name);
  mkdirSync(directory);
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type }));
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  return directory;
}

function compile(directory: string): Promise<Outcome> {
  const tsc = join(installed.directory, "node_modules/typescript/bin/tsc");
  return run(process.execPath, [tsc, "-p", directory], directory);
}

const CONSUMERS: readonly Consumer[] = [
  { name: "node-esm", type: "module", compilerOptions: { ...FOR_NODE, ...NODE_MODULES } },
  { name: "node-cjs", type: "commonjs", compilerOptions: { ...FOR_NODE, ...NODE_MODULES } },
  { name: "page-esm", type: "module", compilerOptions: { ...FOR_PAGE, ...NODE_MODULES } },
  { name: "page-bundled", type: "module", compilerOptions: { ...FOR_PAGE, ...BUNDLED } },
];

const SERVERS: readonly Consumer[] = [
  { name: "server-esm", type: "module", compilerOptions: { ...FOR_NODE, ...NODE_MODULES } },
  { name: "server-cjs", type: "commonjs", compilerOptions: { ...FOR_NODE, ...NODE_MODULES } },
  { name: "server-bundled", type: "module", compilerOptions: { ...FOR_NODE, ...BUNDLED } },
];

test.each(CONSUMERS)(
  "a program compiles against the package: $name",
  async (consumer) => {
    const directory = makeConsumer(consumer);
    copyFileSync(USAGE, join(directory, "usage.ts"));
    expect((await compile(directory)).stdout).toBe("");
  },
  COMPILE_LIMIT_MS,
);

test.each(SERVERS)(
  "a program that serves compiles against the package: $name",
  async (consumer) => {
    const directory = makeConsumer(consumer);
    copyFileSync(SERVER_USAGE, join(directory, "server-usage.ts"));
    expect((await compile(directory)).stdout).toBe("");
  },
  COMPILE_LIMIT_MS,
);

describe("a wrong program does not compile", () => {
  const WRONG = [
    'socket.addListener("mesage", () => {});',
    'socket.addListener("message", (event, data: number) => data);',
    'socket.addListener("close", (event, data) => data.status);',
    "socket.send({});",
    "socket.send(1);",
    'socket.sendBytes("text");',
    'socket.close("1000");',
    'socket.binaryType = "nodebuffer";',
    "socket.readyState = 1;",
    'new WebSocket("ws://x", [], { timeout: 1 });',
    'new WebSocket("ws://x", [], { compression: 3 });',
    "WebSocket.make({ dialTimeout: true });",
    'isSocketError(null, "TIME_OUT");',
    "new WebSockets({ allowedOrigins: true });",
    "new WebSockets({ commit: false });",
    "new WebSockets({ port: 80 });",
    'sockets.route("/", "handlers.chat");',
    "sockets.route((connection) => connection);",
    'sockets.route("/:room", (connection, { params }) => params.rom);',
    'sockets.route("/rooms{/:room}", (connection, { params }) => params.room.length);',
    'sockets.route("/*files", (connection, { params }) => connection.join(params.files));',
    "sockets.size = 1;",
    'sockets.get("x", false).close();',
    'sockets.to("x").send("y", { overflow: "wait" });',
    "sockets.stats().open += 1;",
    'sockets.shutdown("5s");',
  ];
  let errors: string;

  beforeAll(async () => {
    const compilerOptions = { ...FOR_NODE, ...NODE_MODULES };
    const directory = makeConsumer({ name: "wrong", type: "module", compilerOptions });
    const head =
      'import { isSocketError, WebSocket } from "onesocket"; const socket = WebSocket.make(); ' +
      'import { WebSockets } from "onesocket/server"; const sockets = new WebSockets();';
    writeFileSync(join(directory, "wrong.ts"), [head, ...WRONG].join("\n"));
    errors = (await compile(directory)).stdout;
  }, COMPILE_LIMIT_MS);

  test.each(WRONG)("%s", (line) => {
    expect(errors).toContain(`wrong.ts(${WRONG.indexOf(line) + 2},`);
  });

  test("the line above them does", () => {
    expect(errors).not.toContain("wrong.ts(1,");
  });
});
