/** The servers of examples/ do what they show, each in a process of its own, with the built package. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Connection, connect } from "../../src/index.ts";
import { launchChromium } from "../support/chromium.ts";
import { rejected } from "../support/sockets.ts";
import { ROOT } from "./documents.ts";

const EXAMPLES = join(ROOT, "examples");
const SHUTDOWN_REASON = "Server shutting down...";

interface Example {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly url: string;
  /** What it has written to stderr so far. */
  complaints(): string;
}

/** Starts an example on a free port; it is killed when the test has finished. */
async function start(name: string): Promise<Example> {
  const child = spawn(process.execPath, [join(EXAMPLES, name, "server.mjs")], {
    cwd: ROOT,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const [line] = await Promise.race([once(child.stdout, "data"), once(child, "close")]);
  const url = /^http:\/\/127\.0\.0\.1:\d+$/m.exec(`${line}`)?.[0];
  if (url === undefined) throw new Error(`${name} printed no URL: ${line}\n${complaints}`);
  return { process: child, url, complaints: () => complaints };
}

/** Logs in; resolves with the header fields by which the example knows who it is. */
async function logIn(url: string): Promise<Record<string, string>> {
  const response = await fetch(`${url}/login`, { method: "POST" });
  const [cookie] = response.headers.getSetCookie();
  if (cookie !== undefined) return { Cookie: cookie.replace(/;.*/, "") };
  const { token } = (await response.json()) as { token: string };
  return { Authorization: `Bearer ${token}` };
}

/** The WebSocket of an example, for who has logged in, its greeting read. */
async function open({ url }: Example): Promise<{ connection: Connection; greeting: unknown }> {
  const connection = await connect(`${url}/echo`, { headers: await logIn(url) });
  onTestFinished(async () => void (await connection.close()));
  return { connection, greeting: await connection.receive() };
}

const NAMES = ["express", "fastify", "hono", "http"];

test("every example has a server, a row in the README, and its tests here", () => {
  const directories = readdirSync(EXAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  const rows = readFileSync(join(EXAMPLES, "README.md"), "utf8").matchAll(
    /\((\w+)\/server\.mjs\)/g,
  );
  expect(directories.sort()).toEqual(NAMES);
  expect([...rows].map((match) => match[1]).sort()).toEqual(NAMES);
});

describe.each(NAMES)("examples/%s", (name) => {
  test("echoes text and bytes to who has logged in", async () => {
    const { connection, greeting } = await open(await start(name));
    await connection.send("hello");
    await connection.sendBytes([1, 2, 3]);
    expect(greeting).toMatch(/^hello guest/);
    expect(await connection.receive()).toBe("hello");
    expect(await connection.receive()).toEqual(new Uint8Array([1, 2, 3]));
  });

  test.each([
    ["says nothing of itself", {}],
    ["brings a session that nobody gave it", { Cookie: "session=0", Authorization: "Bearer 0" }],
  ])("refuses with 401 who %s", async (_who, headers) => {
    const { url } = await start(name);
    const error = await rejected(connect(`${url}/echo`, { headers }));
    expect(error).toMatchObject({ details: { status: 401 } });
  });

  test("leaves all other requests to the framework", async () => {
    const { url } = await start(name);
    const [page, missing] = await Promise.all([fetch(url), fetch(`${url}/nowhere`)]);
    expect([page.status, missing.status]).toEqual([200, 404]);
    expect(await page.text()).toMatch(name === "http" || name === "express" ? "<h1>" : /"open":0/);
  });

  test("refuses a WebSocket of another path with 404", async () => {
    const { url } = await start(name);
    const error = await rejected(connect(`${url}/login`, { headers: await logIn(url) }));
    expect(error).toMatchObject({ details: { status: 404 } });
  });

  test("on SIGTERM says 1001 to its clients, and ends with code 0", async () => {
    const example = await start(name);
    const { connection } = await open(example);
    const ended = once(example.process, "close");
    example.process.kill("SIGTERM");
    expect(await connection.receive()).toBe(null);
    expect(await connection.socket.read()).toMatchObject({ code: 1001, reason: SHUTDOWN_REASON });
    expect(await ended).toEqual([0, null]);
    expect(example.complaints()).toBe("");
  });
});

describe.each(["fastify", "hono"])("examples/%s", (name) => {
  test("tells all sockets what a request of one user brings", async () => {
    const example = await start(name);
    const { connection } = await open(example);
    const response = await fetch(`${example.url}/news`, {
      method: "POST",
      headers: { ...(await logIn(example.url)), "Content-Type": "application/json" },
      body: JSON.stringify({ text: "it rains" }),
    });
    expect(await response.json()).toEqual({ receivers: 1 });
    const news = JSON.parse(`${await connection.receive()}`);
    expect(news).toMatchObject({
      from: expect.stringMatching(/^guest/),
      news: { text: "it rains" },
    });
  });

  test("takes no news from who has not logged in", async () => {
    const { url } = await start(name);
    const response = await fetch(`${url}/news`, { method: "POST" });
    expect(response.status).toBe(401);
  });
});

test("examples/express knows the same user in a request and in a socket", async () => {
  const example = await start("express");
  const headers = await logIn(example.url);
  const me = (await (await fetch(`${example.url}/me`, { headers })).json()) as { name: string };
  const connection = await connect(`${example.url}/echo`, { headers });
  onTestFinished(async () => void (await connection.close()));
  expect(await connection.receive()).toBe(`hello ${me.name}`);
});

describe.each(["http", "express"])("the page of examples/%s", (name) => {
  test("logs in by itself, and shows the echo of what is typed", async () => {
    const { url } = await start(name);
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => problems.push(message.text()));
    await page.goto(url);
    await page.getByLabel("Message").fill("from the page");
    await page.getByRole("button", { name: "Send" }).click();
    const log = page.locator("#log");
    await log.getByText("from the page").waitFor();
    expect((await log.textContent())?.trim().split("\n")).toEqual([
      "open",
      "hello guest 1",
      "from the page",
    ]);
    expect(problems).toEqual([]);
  });
});
