/** The demo's page as a visitor meets it: in Chromium, with the mouse, the keyboard and on a phone. */

import { once } from "node:events";
import type { BrowserContextOptions, Locator, Page } from "playwright";
import { describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { pageUrl, portOf, startDemo } from "./demo-process.ts";
import { artifact, untilShows, useDemo } from "./demo-visit.ts";

describe("the demo's page", () => {
  const visits = useDemo();
  let page: Page;

  async function openPage(options: BrowserContextOptions = {}): Promise<void> {
    page = await visits.open(options);
  }

  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const state = (): Locator => page.getByRole("status", { name: "Connection state" });
  const rows = (direction: string, kind: string): Locator =>
    page.locator(`#log-rows [data-direction="${direction}"][data-kind="${kind}"]`);

  async function connect(): Promise<void> {
    await button("Connect").click();
    await untilShows(state(), "OPEN");
  }

  /** Does with buttons what fills the log and the sparkline. */
  async function exchange(): Promise<void> {
    await connect();
    await button("Measure 100").click();
    await rows("state", "measure").waitFor();
    for (const name of ["Send text", "Send JSON", "Send binary", "Send your text"]) {
      await button(name).click();
    }
    await button("Send your bytes").click();
    await rows("received", "binary").nth(1).waitFor();
  }

  test("text, JSON, a record and typed bytes come back, each with its size and round trip", async () => {
    await openPage();
    await exchange();
    await untilShows(rows("received", "text"), "Grüße from the page, žluťoučký kůň");
    await untilShows(rows("received", "text"), "What you type comes back");
    await untilShows(rows("received", "json"), '"from":"page"');
    await untilShows(rows("received", "binary"), "°C");
    await untilShows(rows("received", "binary"), "ca fe 00 ff");
    const typed = rows("received", "binary").filter({ hasText: "ca fe" });
    const cells = await typed.locator("> *").allTextContents();
    expect(cells).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3}$/),
      "← received",
      "binary",
      "ca fe 00 ff",
      "4 B",
      expect.stringMatching(/^[\d.]+ ms$/),
    ]);
  });

  test("the badge shows the state, and the log how the connection closed", async () => {
    await openPage();
    expect(await state().textContent()).toBe("CLOSED");
    await connect();
    await button("Disconnect").click();
    await untilShows(state(), "CLOSED");
    await untilShows(rows("state", "closed"), "1000 “the visitor is done” · clean");
  });

  test("the badge shows CONNECTING until the server answers and CLOSING until it says goodbye", async () => {
    await openPage();
    // A server that answers when the test says so.
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", verifyClient: hold });
    let admit: (() => void) | undefined;
    function hold(_info: unknown, decide: (isAdmitted: boolean) => void): void {
      admit = () => decide(true);
    }
    await once(server, "listening");
    await page.getByLabel("URL").fill(`ws://127.0.0.1:${portOf(server)}/`);
    await button("Connect").click();
    await untilShows(state(), "CONNECTING");
    await expect.poll(() => admit).toBeDefined();
    const connected = once(server, "connection");
    admit?.();
    const [socket] = await connected;
    await untilShows(state(), "OPEN");
    socket.pause();
    await button("Disconnect").click();
    await untilShows(state(), "CLOSING");
    socket.resume();
    await untilShows(state(), "CLOSED");
    await new Promise((resolve) => server.close(resolve));
  });

  test("wrong hex is named at the field and nothing is sent", async () => {
    await openPage();
    await connect();
    const field = page.getByRole("textbox", { name: "Your bytes, in hex" });
    const complaint = page.locator("#hex-complaint");
    for (const [typed, named] of [
      ["ca fg", "“g” in “fg” is not a hex digit"],
      ["abc", "“abc” has 3 digits"],
      ["0x", "“0x” has no digits"],
      ["", "Type at least one byte"],
    ] as const) {
      await field.fill(typed);
      await field.press("Enter");
      await untilShows(complaint, named);
      expect(await field.getAttribute("aria-invalid")).toBe("true");
    }
    expect(await rows("sent", "binary").count()).toBe(0);
    await field.fill("0xDE,0xAD be:ef");
    expect(await complaint.textContent()).toBe("");
    await field.press("Enter");
    await untilShows(rows("received", "binary"), "de ad be ef");
  });

  test("a wrong URL is named at the field", async () => {
    await openPage();
    await page.getByLabel("URL").fill("ftp://example.com/");
    await button("Connect").click();
    await untilShows(page.locator("#url-complaint"), "ftp");
    expect(await state().textContent()).toBe("CLOSED");
  });

  test("a refused connection is one error and one close in the log", async () => {
    await openPage();
    await page.getByLabel("URL").fill(visits.url.replace("http", "ws").replace(/\/$/, "/nowhere"));
    await button("Connect").click();
    await untilShows(rows("state", "closed"), "1006 · not clean");
    expect(await rows("error", "error").count()).toBe(1);
    expect(await rows("state", "closed").count()).toBe(1);
    // The browser itself reports the refusal to its console.
    expect(visits.complaints.splice(0).join()).toContain("404");
  });

  test("the keyboard alone connects, sends with Enter and disconnects", async () => {
    await openPage();
    const focused = page.locator(":focus");
    const tabTo = async (id: string): Promise<void> => {
      while ((await focused.getAttribute("id")) !== id) await page.keyboard.press("Tab");
    };
    await page.keyboard.press("Tab");
    expect(await focused.getAttribute("id")).toBe("events-tab");
    await page.keyboard.press("Tab");
    expect(await focused.getAttribute("id")).toBe("url");
    await page.keyboard.press("Enter");
    await untilShows(state(), "OPEN");
    await tabTo("text");
    await page.keyboard.type("typed blind");
    await page.keyboard.press("Enter");
    await untilShows(rows("received", "text"), "typed blind");
    await tabTo("log");
    expect(await focused.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe(
      "solid",
    );
    while ((await focused.getAttribute("id")) !== "disconnect")
      await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Space");
    await untilShows(state(), "CLOSED");
    // The button that is now off has kept its place.
    expect(await focused.getAttribute("id")).toBe("disconnect");
  });

  test("nothing is sent while the socket is not open", async () => {
    await openPage();
    for (const name of ["Send text", "Send JSON", "Send binary", "Measure 100"]) {
      expect(await button(name).getAttribute("aria-disabled")).toBe("true");
      await button(name).click({ force: true });
    }
    await page.getByRole("textbox", { name: "Your text" }).press("Enter");
    expect(await page.locator("#log-rows li").count()).toBe(0);
  });

  test("the log keeps the newest 200 events", async () => {
    await openPage();
    await connect();
    await page.locator("#text-form").evaluate((form: HTMLFormElement) => {
      for (let count = 0; count < 105; count += 1) {
        for (const input of form.querySelectorAll("input")) input.value = `message ${count}.`;
        form.requestSubmit();
      }
    });
    await untilShows(rows("received", "text"), "message 104.");
    expect(await page.locator("#log-rows li").count()).toBe(200);
    expect(await rows("sent", "text").filter({ hasText: "message 0." }).count()).toBe(0);
  });

  test("the sparkline draws the round trips and gives last, median and p95", async () => {
    await openPage();
    await exchange();
    const latency = page.locator("#latency");
    for (const part of ["last", "median", "p95"]) {
      await expect
        .poll(() => latency.locator(`[data-part="${part}"]`).textContent())
        .toMatch(/^[\d.]+ ms$/);
    }
    await untilShows(latency, "105 round trips");
    const line = await latency.locator('[data-part="line"]').getAttribute("d");
    expect(line?.split("L")).toHaveLength(105);
  });

  test("one column on a phone, nothing wider than the screen", async () => {
    await openPage({ viewport: { width: 360, height: 780 }, colorScheme: "dark" });
    await exchange();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const columns = await page.locator("#events .column").evaluateAll((all) => {
      return all.map((column) => column.getBoundingClientRect().left);
    });
    expect(new Set(columns).size).toBe(1);
    await page.screenshot({
      path: artifact("demo-phone.png"),
      fullPage: true,
      animations: "disabled",
    });
  });

  test("both colour schemes are its own, and are kept as pictures", async () => {
    const backgrounds: string[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await openPage({ colorScheme });
      await exchange();
      backgrounds.push(
        await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor),
      );
      await page.screenshot({ path: artifact(`demo-${colorScheme}.png`), animations: "disabled" });
      if (colorScheme === "light") await page.context().close();
    }
    expect(backgrounds).toEqual(["rgb(244, 245, 250)", "rgb(11, 15, 29)"]);
  });

  test("a strict policy goes with every answer, and only listed files are served", async () => {
    const answer = await fetch(visits.url);
    const policy = answer.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'self'; connect-src 'self' ws:;");
    expect(policy).not.toContain("unsafe");
    for (const path of [
      "package.json",
      "page/index.html",
      "..%2fstart.mjs",
      "%2e%2e/package.json",
    ]) {
      expect((await fetch(visits.url + path)).status).toBe(404);
    }
    expect((await fetch(visits.url, { method: "POST" })).status).toBe(405);
  });

  test("a demo that ends while pages are connected says 1001 to them and exits with 0", async () => {
    const other = startDemo("0");
    const socket = new WebSocket(`${(await pageUrl(other)).replace("http", "ws")}echo`);
    await once(socket, "open");
    const closed = once(socket, "close");
    const exited = once(other, "exit");
    other.kill("SIGINT");
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1001, "Server shutting down..."]);
    expect(await exited).toEqual([0, null]);
  });

  test("a page of another origin gets no WebSocket", async () => {
    const socket = new WebSocket(visits.url.replace("http", "ws").concat("echo"), {
      origin: "http://elsewhere.example",
    });
    const [, response] = await once(socket, "unexpected-response");
    expect(response.statusCode).toBe(403);
    response.destroy();
  });
});
