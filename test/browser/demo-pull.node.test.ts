/** The demo's pull pane as a visitor meets it: the awaited echo, and the flood for a slow consumer. */

import { once } from "node:events";
import type { BrowserContextOptions, Locator, Page } from "playwright";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { pageUrl, startDemo } from "./demo-process.ts";
import { artifact, untilShows, useDemo } from "./demo-visit.ts";

const CAPACITY = 32;
const FLOOD = 2_000;

describe("the demo's pull pane", () => {
  const visits = useDemo();
  let page: Page;

  async function openPane(options: BrowserContextOptions = {}): Promise<void> {
    page = await visits.open(options, "#pull");
  }

  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const state = (): Locator => page.getByRole("status", { name: "Connection state" });
  const socket = (): Locator => page.getByRole("status", { name: "Socket" });
  const rows = (direction: string, kind: string): Locator =>
    page.locator(`#pull-rows [data-direction="${direction}"][data-kind="${kind}"]`);

  async function readCount(id: string): Promise<number> {
    return Number((await page.locator(`#flood-${id}`).textContent())?.replace(",", ""));
  }

  const pollCount = (id: string) => expect.poll(() => readCount(id), { timeout: 15_000 });

  async function setDelay(ms: number): Promise<void> {
    await page.getByLabel("Consumer's pause").fill(String(ms));
  }

  /** Starts a flood over a transport, for a consumer that pauses after each message. */
  async function startFlood(transport: string, delayMs: number): Promise<void> {
    await setDelay(delayMs);
    await page.getByRole("radio", { name: transport }).check();
    await button("Flood me").click();
  }

  async function connect(): Promise<void> {
    await button("Connect").click();
    await untilShows(state(), "OPEN");
  }

  async function exchange(): Promise<void> {
    await connect();
    await button("Send your text").click();
    await untilShows(rows("received", "text"), "Whoever asks gets it back");
  }

  test("the loop receives the echoes in order, and ends with the connection", async () => {
    await openPane();
    expect(await state().textContent()).toBe("CLOSED");
    await connect();
    const field = page.getByRole("textbox", { name: "Your text" });
    for (const text of ["first", "", "žluťoučký kůň"]) {
      await field.fill(text);
      await field.press("Enter");
    }
    await rows("received", "text").nth(2).waitFor();
    const echoes = await rows("received", "text").locator(".cell-detail").allTextContents();
    expect(echoes).toEqual(["first", "", "žluťoučký kůň"]);
    const trips = await rows("received", "text").locator(".cell-trip").allTextContents();
    for (const trip of trips) expect(trip).toMatch(/^[\d.]+ ms$/);
    await button("Disconnect").click();
    await untilShows(state(), "CLOSED");
    await untilShows(rows("state", "closed"), "the loop is over: 1000 “the visitor is done”");
  });

  test("a connection that the server ends also ends the loop, and can be made anew", async () => {
    const other = startDemo("0");
    const otherUrl = await pageUrl(other);
    page = await visits.open({}, "#pull", otherUrl);
    await connect();
    const exited = once(other, "exit");
    other.kill("SIGTERM");
    await untilShows(rows("state", "closed"), "1001 “Server shutting down...”");
    await exited;
    expect(await state().textContent()).toBe("CLOSED");
    await button("Connect").click();
    await rows("error", "ERR_CONNECTION_FAILED").waitFor();
    // The browser itself reports the refusal to its console.
    expect(visits.complaints.splice(0).join()).toContain("ERR_CONNECTION_REFUSED");
  });

  test("on a WebSocket the backlog of a slow consumer rises far beyond the capacity", async () => {
    await openPane();
    await startFlood("WebSocket can't pause", 50);
    await untilShows(socket(), "OVER");
    await pollCount("highest").toBeGreaterThan(CAPACITY * 10);
    await pollCount("received").toBe(FLOOD);
    expect(await readCount("backlog")).toBeGreaterThan(CAPACITY);
    await setDelay(0);
    await untilShows(socket(), "DONE");
    expect(await readCount("consumed")).toBe(FLOOD);
    expect(await readCount("backlog")).toBe(0);
  });

  test("on a WebSocketStream reading pauses, and the backlog stays within the capacity", async () => {
    await openPane();
    await startFlood("WebSocketStream can pause", 50);
    await untilShows(socket(), "PAUSED");
    await untilShows(page.locator("#flood-explanation"), "the socket rests");
    // Reading has gone on and stopped again.
    await setDelay(4);
    await pollCount("consumed").toBeGreaterThan(CAPACITY * 3);
    expect(await readCount("unread")).toBeGreaterThan(0);
    await setDelay(0);
    await untilShows(socket(), "DONE");
    expect(await readCount("consumed")).toBe(FLOOD);
    expect(await readCount("unread")).toBe(0);
    // A message or two may have been on their way when reading stopped.
    const highest = await readCount("highest");
    expect(highest).toBeGreaterThanOrEqual(CAPACITY);
    expect(highest).toBeLessThanOrEqual(CAPACITY + 2);
  });

  test("Stop ends a flood in the middle, and another may start", async () => {
    await openPane();
    for (const transport of ["WebSocketStream can pause", "WebSocket can't pause"]) {
      await startFlood(transport, 50);
      await pollCount("consumed").toBeGreaterThan(0);
      await button("Stop").click();
      await untilShows(socket(), "IDLE");
      expect(await readCount("consumed")).toBeLessThan(FLOOD);
    }
    await startFlood("WebSocketStream can pause", 0);
    await untilShows(socket(), "DONE");
  });

  test("a flood that the server ends in the middle says so", async () => {
    const other = startDemo("0");
    page = await visits.open({}, "#pull", await pageUrl(other));
    await startFlood("WebSocketStream can pause", 50);
    await untilShows(socket(), "PAUSED");
    const exited = once(other, "exit");
    other.kill("SIGTERM");
    await exited;
    await setDelay(0);
    await expect
      .poll(() => page.locator("#flood-explanation").getAttribute("data-failed"), {
        timeout: 15_000,
      })
      .toBe("true");
    expect(await socket().textContent()).toBe("IDLE");
  });

  test("without WebSocketStream its choice is off, and a line says why", async () => {
    await openPane();
    await page.addInitScript("delete globalThis.WebSocketStream");
    await page.reload();
    const choice = page.getByRole("radio", { name: "WebSocketStream can pause" });
    expect(await choice.isDisabled()).toBe(true);
    await untilShows(page.locator("#transport-missing"), "This browser has no WebSocketStream");
    expect(await page.getByRole("radio", { name: "WebSocket can't pause" }).isChecked()).toBe(true);
    await startFlood("WebSocket can't pause", 0);
    await untilShows(socket(), "DONE");
  });

  test("the keyboard alone changes the pane, floods, slows the consumer down and stops", async () => {
    page = await visits.open();
    const focused = page.locator(":focus");
    const tabTo = async (id: string): Promise<void> => {
      while ((await focused.getAttribute("id")) !== id) await page.keyboard.press("Tab");
    };
    await page.keyboard.press("Tab");
    expect(await focused.getAttribute("id")).toBe("events-tab");
    await page.keyboard.press("ArrowRight");
    expect(await focused.getAttribute("id")).toBe("pull-tab");
    expect(await page.getByRole("tabpanel").getAttribute("id")).toBe("pull");
    expect(new URL(page.url()).hash).toBe("#pull");
    await tabTo("transport-stream");
    await page.keyboard.press("ArrowDown");
    expect(await page.getByRole("radio", { name: "WebSocket can't pause" }).isChecked()).toBe(true);
    await tabTo("flood-delay");
    await page.keyboard.press("End");
    await untilShows(page.locator("#flood-delay-shown"), "50 ms");
    await tabTo("flood-start");
    await page.keyboard.press("Enter");
    await untilShows(socket(), "OVER");
    await tabTo("flood-stop");
    await page.keyboard.press("Space");
    await untilShows(socket(), "IDLE");
  });

  test("one column on a phone, nothing wider than the screen", async () => {
    await openPane({ viewport: { width: 360, height: 780 } });
    await exchange();
    await startFlood("WebSocketStream can pause", 8);
    await untilShows(socket(), "PAUSED");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const columns = await page.locator("#pull .column").evaluateAll((all) => {
      return all.map((column) => column.getBoundingClientRect().left);
    });
    expect(new Set(columns).size).toBe(1);
    const path = artifact("demo-pull-phone.png");
    await page.screenshot({ path, fullPage: true, animations: "disabled" });
  });

  test("both transports and both colour schemes are kept as pictures", async () => {
    for (const [colorScheme, transport, shown] of [
      ["light", "WebSocketStream can pause", "PAUSED"],
      ["dark", "WebSocket can't pause", "OVER"],
    ] as const) {
      await openPane({ colorScheme });
      await exchange();
      await startFlood(transport, 8);
      await pollCount("consumed").toBeGreaterThan(150);
      await untilShows(socket(), shown);
      const path = artifact(`demo-pull-${colorScheme}.png`);
      await page.screenshot({ path, animations: "disabled" });
      if (colorScheme === "light") await page.context().close();
    }
  });

  test("the server's flood refuses what is no number of messages", async () => {
    for (const request of ["many", "0", "10001", "1.5", ""]) {
      const client = new WebSocket(`${visits.url.replace("http", "ws")}flood`);
      client.once("open", () => client.send(request));
      const [code, reason] = await once(client, "close");
      expect([code, String(reason)]).toEqual([1008, "ask for 1..10000 messages"]);
    }
  });
});
