/** A visit to the demo's page, for the tests of its panes. */

import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright";

export interface Visit {
  readonly page: Page;
  /** Whatever the page complained of or loaded from elsewhere: must be empty at the end. */
  readonly complaints: string[];
}

/** Where a picture is kept. */
export function artifact(name: string): string {
  return fileURLToPath(new URL(`../artifacts/${name}`, import.meta.url));
}

/** Opens the demo's page, at `url` of its server and with `fragment`, in a context of its own. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  fragment = "",
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) complaints.push(`it loads ${request.url()}`);
  });
  await page.goto(url + fragment);
  return { page, complaints };
}

/** Waits until an element shows the text. */
export async function untilShows(locator: Locator, text: string): Promise<void> {
  await locator.filter({ hasText: text }).first().waitFor();
}
