/** Script tag: the built bundles in a real page, without a bundler, against a real echo server. */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { PUBLIC_NAMES } from "../architecture/public-names.ts";
import { launchChromium } from "../support/chromium.ts";

const ROOT = new URL("../../", import.meta.url);

const SCRIPT_PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script>const namesBefore = new Set(Object.getOwnPropertyNames(window));</script>
<script src="/dist/onesocket.iife.min.js"></script>`;

const MODULE_PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script type="importmap">{ "imports": {
  "onesocket": "/dist/native/index.js"
} }</script>`;

/** What the server has to give, by path: the content type, and the body or the file that holds it. */
const PAGES = new Map([
  ["/script.html", SCRIPT_PAGE],
  ["/module.html", MODULE_PAGE],
]);
const SCRIPTS = ["/dist/onesocket.iife.min.js", "/dist/native/index.js"];

/** Runs in the page: sends text and bytes, and resolves with what came back and how it ended. */
const EXCHANGE = `({ WebSocket, ByteBuffer }, url) => new Promise((resolve, reject) => {
  const received = [];
  const socket = new WebSocket(url);
  socket.addListener("open", () => {
    socket.send("grüße");
    socket.sendBytes(ByteBuffer.from(new Uint8Array([0, 127, 255])));
  });
  socket.addListener("message", (event, data) => {
    received.push(typeof data === "string" ? data : [...data.bytes]);
    if (received.length === 2) socket.close(1000, "done");
  });
  socket.addListener("error", () => reject(new Error("the socket failed")));
  socket.addListener("close", (event, info) => resolve({ received, info }));
})`;

let browser: Browser;
let page: Page;
let origin: string;
let server: Server;
let sockets: WebSocketServer;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? "";
    const html = PAGES.get(path);
    if (html !== undefined) response.setHeader("content-type", "text/html").end(html);
    else if (SCRIPTS.includes(path)) {
      const script = readFileSync(new URL(`.${path}`, ROOT));
      response.setHeader("content-type", "text/javascript").end(script);
    } else response.writeHead(404).end();
  });
  sockets = new WebSocketServer({ server });
  sockets.on("connection", (peer) => {
    peer.on("message", (data, isBinary) => peer.send(data, { binary: isBinary }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  origin = `127.0.0.1:${address.port}`;
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  sockets.close();
  await new Promise((resolve) => server.close(resolve));
});

let problems: string[];

beforeEach(async () => {
  problems = [];
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => problems.push(message.text()));
  return () => page.close();
});

const EXCHANGED = {
  received: ["grüße", [0, 127, 255]],
  info: { code: 1000, reason: "done", wasClean: true },
};

test("a script tag gives a page everything, in the global OneSocket", async () => {
  await page.goto(`http://${origin}/script.html`);
  const names: string[] = await page.evaluate("Object.keys(OneSocket)");
  expect(names.sort()).toEqual([...PUBLIC_NAMES].sort());
});

test("a script tag adds no other global", async () => {
  await page.goto(`http://${origin}/script.html`);
  const added = "Object.getOwnPropertyNames(window).filter((name) => !namesBefore.has(name))";
  expect(await page.evaluate(added)).toEqual(["OneSocket"]);
});

test("a script tag leaves the page's own WebSocket alone", async () => {
  await page.goto(`http://${origin}/script.html`);
  const isNative = "/\\[native code\\]/.test(WebSocket) && OneSocket.WebSocket !== WebSocket";
  expect(await page.evaluate(isNative)).toBe(true);
});

test("a page with a script tag exchanges text and bytes", async () => {
  await page.goto(`http://${origin}/script.html`);
  const call = `(${EXCHANGE})(OneSocket, "ws://${origin}/")`;
  expect(await page.evaluate(call)).toEqual(EXCHANGED);
  expect(problems).toEqual([]);
});

test("a page with an import map exchanges text and bytes", async () => {
  await page.goto(`http://${origin}/module.html`);
  const call = `import("onesocket").then((module) => (${EXCHANGE})(module, "ws://${origin}/"))`;
  expect(await page.evaluate(call)).toEqual(EXCHANGED);
  expect(problems).toEqual([]);
});
