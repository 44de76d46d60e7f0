/** The examples of README.md and docs/ do what they say.
 *
 *  `js` is a whole program, run by Node with the built package; `html` a whole page, opened in Chromium
 *  with the built script-tag bundle. Each prints just the lines that its `// -> ` comments promise, in
 *  order. `sh` holds commands of npm. One rule rewrites them: `wss://echo.example.com` stands for the URL of
 *  the test server. Servers listen on a port of their own, connect to themselves, and end. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { run } from "../package/run.ts";
import { launchChromium } from "../support/chromium.ts";
import { type Fence, fencesOf, promisedOutput, ROOT, readDocuments } from "./documents.ts";
import { type PageServer, startPageServer } from "./page-server.ts";

const server = inject("server");
const PLACEHOLDER = "wss://echo.example.com";
const BUNDLE = "onesocket.iife.min.js";
const LANGUAGES = ["js", "html", "sh"];
/** One fence each that another test runs: it takes a program that not every machine has. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "docs/deploy.md nginx": "test/integration/deploy.test.ts",
  "docs/deploy.md haproxy": "test/integration/deploy.test.ts",
};

const fences = readDocuments().flatMap(fencesOf);

function placeOf({ path, line }: Fence): string {
  return `${path}:${line}`;
}

/** The examples in a language, each as a case named by its place. */
function examplesIn(language: string): [place: string, fence: Fence][] {
  const found = fences.filter((fence) => fence.language === language);
  return found.map((fence) => [placeOf(fence), fence]);
}

/** The code as it is run, and what it must print then. */
function prepare({ code }: Fence): { code: string; promised: string[] } {
  const runnable = code.replaceAll(PLACEHOLDER, server);
  const promised = promisedOutput(runnable);
  if (promised.length === 0) throw new Error("the example promises no output: add `// -> `");
  return { code: runnable, promised };
}

/** Whether something runs the fences of a document in a language. */
function isTested({ path, language }: Fence): boolean {
  const other = ELSEWHERE[`${path} ${language}`];
  if (other === undefined) return LANGUAGES.includes(language);
  const alike = fences.filter((fence) => fence.path === path && fence.language === language);
  return alike.length === 1 && readFileSync(join(ROOT, other), "utf8").includes(language);
}

test.each(fences.map((fence): [string, string, Fence] => [placeOf(fence), fence.language, fence]))(
  "the fence at %s is of a language that is tested: %s",
  (_place, _language, fence) => {
    expect(isTested(fence)).toBe(true);
  },
);

describe("Node", () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "onesocket-docs-"));
    mkdirSync(join(directory, "node_modules"));
    symlinkSync(ROOT, join(directory, "node_modules", "onesocket"), "junction");
    writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.each(examplesIn("js"))("the program at %s prints what it promises", async (place, fence) => {
    const { code, promised } = prepare(fence);
    const file = join(directory, `${place.replace(/\W+/g, "-")}.js`);
    writeFileSync(file, code);
    const { code: exitCode, stdout, stderr } = await run(process.execPath, [file], directory);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(stdout.trimEnd().split("\n")).toEqual(promised);
  });
});

describe("Chromium", () => {
  let browser: Browser;
  let pages: PageServer;

  beforeAll(async () => {
    browser = await launchChromium();
    pages = await startPageServer();
    pages.files.set(`/${BUNDLE}`, readFileSync(join(ROOT, "dist", BUNDLE), "utf8"));
  });
  afterAll(async () => {
    await browser.close();
    await pages.close();
  });

  test.each(examplesIn("html"))("the page at %s prints what it promises", async (_place, fence) => {
    const { code, promised } = prepare(fence);
    pages.files.set("/", code);
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const printed: string[] = [];
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => printed.push(message.text()));
    await page.goto(pages.origin);
    await expect
      .poll(() => ({ printed, problems }), { timeout: 10_000 })
      .toEqual({ printed: promised, problems: [] });
    expect(pages.missed).toEqual([]);
  });
});

describe("commands", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const runnable = Object.keys(scripts).map((name) => `npm run ${name}`);
  const known = ["npm install onesocket", "npm ci", "npm start", "npm test", ...runnable];

  test.each(examplesIn("sh"))("those at %s exist", (_place, { code }) => {
    const lines = code.split("\n").map((line) => line.replace(/\s*#.*/, ""));
    const commands = lines.filter((line) => line !== "").flatMap((line) => line.split(" && "));
    expect(commands).not.toEqual([]);
    for (const command of commands) expect(known).toContain(command.replace(/ -- .*/, ""));
  });
});
