/** A visit to the demo's page, for the tests of its panes. */

import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { type DemoProcess, pageUrl, startDemo } from "./demo-process.ts";

interface Visit {
  readonly page: Page;
  /** Whatever its pages complained of or loaded from elsewhere: must be empty at the end. */
  readonly complaints: string[];
}

/** Where a picture is kept. */
export function artifact(name: string): string {
  return fileURLToPath(new URL(`../artifacts/${name}`, import.meta.url));
}

/** Opens the demo's page, at `url` of its server and with `fragment`, in a context of its own. */
async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  fragment = "",
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const complaints: string[] = [];
  context.on("weberror", (error) => complaints.push(error.error().message));
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  context.on("request", (request) => {
    if (!request.url().startsWith(url)) complaints.push(`it loads ${request.url()}`);
  });
  const page = await context.newPage();
  await page.goto(url + fragment);
  return { page, complaints };
}

/** Waits until an element shows the text. */
export async function untilShows(locator: Locator, text: string): Promise<void> {
  await locator.filter({ hasText: text }).first().waitFor();
}

/** A demo for all tests of a `describe`, and the visit of each. */
export interface DemoVisits {
  /** Of its page. */
  readonly url: string;
  /** Of the visit that goes on; what a test expects of them it takes out. */
  readonly complaints: string[];
  /** Opens the page, of this demo unless told otherwise. */
  open(options?: BrowserContextOptions, fragment?: string, url?: string): Promise<Page>;
}

/** Starts a demo before the tests that follow and ends it behind them; no visit may leave a complaint. */
export function useDemo(): DemoVisits {
  let demo: DemoProcess;
  let browser: Browser;
  let url: string;
  let current: Visit | undefined;

  beforeAll(async () => {
    demo = startDemo("0");
    [browser, url] = await Promise.all([launchChromium(), pageUrl(demo)]);
  });

  afterAll(async () => {
    await browser.close();
    demo.kill("SIGTERM");
    await once(demo, "exit");
  });

  afterEach(async () => {
    await current?.page.context().close();
    expect(current?.complaints ?? []).toEqual([]);
  });

  return {
    get url() {
      return url;
    },
    get complaints() {
      return current?.complaints ?? [];
    },
    async open(options = {}, fragment = "", at = url) {
      current = await visit(browser, at, options, fragment);
      return current.page;
    },
  };
}
