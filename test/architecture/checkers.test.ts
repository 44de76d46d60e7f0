/** Architecture: the checkers themselves, on small examples of what they must catch. */

import { describe, expect, test } from "vitest";
import { checkFloors, findCycles } from "./floors.ts";
import { errorCodesOf, exportsOf, importsOf, type SourceFile } from "./source-files.ts";

/** Source files from a table of path → text. */
function files(texts: Readonly<Record<string, string>>): SourceFile[] {
  return Object.entries(texts).map(([path, text]) => ({ path, text }));
}

/** The floor violations of one file among the others that it may name. */
function violationsOf(path: string, text: string): string[] {
  const others = {
    "adapter/adapter.ts": "",
    "adapter/default.native.ts": "",
    "adapter/default.node.ts": "",
    "base/bytes.ts": "",
    "buffer.ts": "",
    "connection/inbox.ts": "",
    "events/events.ts": "",
    "index.ts": "",
    "server/routes.ts": "",
    "websocket.ts": "",
  };
  return checkFloors(files({ ...others, [path]: text }));
}

describe("importsOf", () => {
  test.each([
    ['import { a } from "./a.ts";'],
    ['import type { A } from "./a.ts";'],
    ['import "./a.ts";'],
    ['import * as all from "./a.ts";'],
    ['export { a } from "./a.ts";'],
    ['export type { A } from "./a.ts";'],
    ['export * from "./a.ts";'],
    ['const a = await import("./a.ts");'],
    ['type A = import("./a.ts").A;'],
    ['import a = require("./a.ts");'],
    ['const a = require("./a.ts");'],
    ['/// <reference path="./a.ts" />'],
  ])("sees the import in %s", (text) => {
    expect(importsOf({ path: "x.ts", text })).toEqual(["./a.ts"]);
  });

  test.each([['// import { a } from "./a.ts";'], ["const text = 'import { a } from \"./a.ts\"';"]])(
    "sees no import in %s",
    (text) => {
      expect(importsOf({ path: "x.ts", text })).toEqual([]);
    },
  );

  test("shows a computed import as what it is", () => {
    expect(importsOf({ path: "x.ts", text: "await import(name);" })).toEqual(["<name>"]);
  });
});

describe("checkFloors", () => {
  test.each([
    ["base/url.ts", 'import type { ByteBuffer } from "../buffer.ts";'],
    ["errors.ts", 'import "./websocket.ts";'],
    ["buffer.ts", 'import "./events/events.ts";'],
    ["events/emitter.ts", 'import type { Adapter } from "../adapter/adapter.ts";'],
    ["adapter/native.ts", 'import "../websocket.ts";'],
    ["adapter/native.ts", 'import "../events/events.ts";'],
    ["websocket.ts", 'import "./connection/inbox.ts";'],
    ["connection/connect.ts", 'import type { CloseInfo } from "../adapter/adapter.ts";'],
    ["connection/connect.ts", 'import { defaultDialer } from "#default-dialer";'],
    ["connection/connect.ts", 'import "../server/routes.ts";'],
    ["server/websockets.ts", 'import "../index.ts";'],
    ["server/upgrade.ts", 'import { WebSocketServer } from "ws";'],
    ["server/index.ts", 'export { WebSocket } from "../index.ts";'],
  ])("refuses in %s: %s", (path, text) => {
    expect(violationsOf(path, text)).not.toEqual([]);
  });

  test.each([
    ["websocket.ts", 'import { EventEmitter } from "eventemitter3";'],
    ["adapter/native.ts", 'import { WebSocket } from "ws";'],
    ["adapter/ws.ts", 'import Ws from "isomorphic-ws";'],
    ["adapter/default.native.ts", 'import { Socket } from "node:net";'],
    ["base/bytes.ts", 'import { Buffer } from "node:buffer";'],
    ["base/bytes.ts", 'import { Buffer } from "buffer";'],
    ["base/bytes.ts", 'import "left-pad";'],
    ["base/bytes.ts", 'import "toString";'],
    ["base/bytes.ts", "await import(name);"],
    ["base/bytes.ts", '/// <reference types="node" />'],
  ])("refuses the package in %s: %s", (path, text) => {
    expect(violationsOf(path, text)).not.toEqual([]);
  });

  test.each([
    ["buffer.ts", 'import { viewBytes } from "./base/bytes.ts";'],
    ["events/emitter.ts", 'import { EventEmitter } from "eventemitter3";'],
    ["events/emitter.ts", 'import type { MessageEvent } from "./events.ts";'],
    ["adapter/ws-dial.ts", 'import { Agent } from "node:http"; import { WebSocket } from "ws";'],
    ["adapter/default.native.ts", 'import Native from "isomorphic-ws";'],
    ["adapter/native.ts", 'import { ByteBuffer } from "../buffer.ts";'],
    ["websocket.ts", 'import { defaultDialer } from "#default-dialer";'],
    ["connection/connect.ts", 'import { WebSocket } from "../websocket.ts";'],
    ["server/upgrade.ts", 'import "node:http";'],
    ["server/index.ts", 'export { routes } from "./routes.ts";'],
  ])("admits in %s: %s", (path, text) => {
    expect(violationsOf(path, text)).toEqual([]);
  });

  test("names a file that has no place in the table", () => {
    expect(checkFloors(files({ "misc.ts": "" }))).toEqual(["misc.ts stands in no room"]);
  });

  test("names an import that leads nowhere in src/", () => {
    const text = 'import "../../test/support/chromium.ts";';
    expect(violationsOf("base/url.ts", text)).toHaveLength(1);
  });
});

describe("findCycles", () => {
  test("finds a cycle of types over three files", () => {
    const cycle = files({
      "a.ts": 'import type { B } from "./b.ts";',
      "b.ts": 'import type { C } from "./c/c.ts";',
      "c/c.ts": 'import type { A } from "../a.ts";',
    });
    expect(findCycles(cycle)).toEqual(["a.ts → b.ts → c/c.ts → a.ts"]);
  });

  test("finds a file that imports itself", () => {
    expect(findCycles(files({ "a.ts": 'import "./a.ts";' }))).toEqual(["a.ts → a.ts"]);
  });

  test("finds a cycle through a subpath import", () => {
    const cycle = files({
      "websocket.ts": 'import { defaultDialer } from "#default-dialer";',
      "adapter/default.native.ts": 'import type { WebSocket } from "../websocket.ts";',
    });
    expect(findCycles(cycle)).toHaveLength(1);
  });

  test("accepts two ways to the same file", () => {
    const diamond = files({
      "a.ts": 'import "./b.ts"; import "./c.ts";',
      "b.ts": 'import "./d.ts";',
      "c.ts": 'import "./d.ts";',
      "d.ts": "",
    });
    expect(findCycles(diamond)).toEqual([]);
  });
});

describe("exportsOf", () => {
  test("tells values from types", () => {
    const text = 'export { a, type B, c as d } from "./a.ts"; export type { E } from "./e.ts";';
    expect(exportsOf({ path: "index.ts", text })).toEqual({
      values: ["a", "d"],
      types: ["B", "E"],
      others: [],
    });
  });

  test.each([
    ['export * from "./a.ts";'],
    ['export * as all from "./a.ts";'],
    ["export const a = 1;"],
    ["setTimeout(f, 1);"],
    ['import "./a.ts";'],
  ])("shows what is no list of names: %s", (text) => {
    expect(exportsOf({ path: "index.ts", text }).others).toEqual([text]);
  });
});

describe("errorCodesOf", () => {
  test("finds codes in strings and types, and none in comments or longer words", () => {
    const text = 'type C = "ERR_A"; const b = "ERR_B2"; const w = "WS_ERR_C"; // "ERR_D"';
    expect(errorCodesOf({ path: "x.ts", text })).toEqual(["ERR_A", "ERR_B2"]);
  });
});
