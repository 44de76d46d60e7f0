/** The demo's chat as its visitors meet it: in two tabs, with the keyboard and on a phone. */

import { once } from "node:events";
import type { BrowserContextOptions, Locator, Page } from "playwright";
import { describe, expect, test } from "vitest";
import { pageUrl, startDemo } from "./demo-process.ts";
import { artifact, type DemoVisits, untilShows, useDemo } from "./demo-visit.ts";

const said = (page: Page): Locator => page.locator("#chat-rows .said");
const notes = (page: Page): Locator => page.locator("#chat-rows .note");
/** Numbers come once a second, and the machine may be busy. */
const poll = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 10_000 });

const state = (page: Page): Locator => page.locator("#chat-state");
const stat = (page: Page, name: string): Locator => page.locator(`#stats [data-part="${name}"]`);
const nameField = (page: Page): Locator => page.getByRole("textbox", { name: "Your name" });
const textField = (page: Page): Locator => page.getByRole("textbox", { name: "Your message" });
const room = (page: Page, name: string): Locator => page.getByRole("radio", { name });
const button = (page: Page, name: string): Locator =>
  page.getByRole("button", { name, exact: true });

async function join(page: Page, name: string, place = "lobby"): Promise<void> {
  await room(page, place).check();
  await nameField(page).fill(name);
  await button(page, "Join").click();
  await untilIn(page, place, name);
}

const untilIn = (page: Page, place: string, name: string): Promise<void> =>
  untilShows(notes(page), `You are in the ${place}, as ${name}.`);

async function say(page: Page, text: string): Promise<void> {
  await textField(page).fill(text);
  await textField(page).press("Enter");
}

/** Waits until just these people are here. */
async function untilHere(page: Page, ...names: readonly string[]): Promise<void> {
  const people = page.locator("#chat-people .person-name");
  await poll(() => people.allTextContents()).toEqual(names);
}

/** How many seconds the plot shows. */
async function countSamples(page: Page): Promise<number> {
  const line = await stat(page, "out-line").getAttribute("d");
  return line?.split("L").length ?? 0;
}

const open = (visits: DemoVisits, options: BrowserContextOptions = {}): Promise<Page> =>
  visits.open(options, "#chat");

/** Another tab of the same browser; each tab has a session storage of its own. */
async function openNextTab(page: Page): Promise<Page> {
  const next = await page.context().newPage();
  await next.goto(page.url());
  return next;
}

async function openTwo(visits: DemoVisits): Promise<readonly [Page, Page]> {
  const first = await open(visits);
  const second = await openNextTab(first);
  await join(first, "Ada");
  await join(second, "Grace");
  await untilHere(first, "Ada", "Grace");
  return [first, second];
}

describe("the demo's chat", () => {
  const visits = useDemo();

  test("two tabs see each other's messages in one order, with their names", async () => {
    const [first, second] = await openTwo(visits);
    await say(first, "Hello, Grace!");
    await untilShows(said(second), "Hello, Grace!");
    await say(second, "Hello, Ada! žluťoučký kůň 🐎");
    for (const page of [first, second]) {
      await untilShows(said(page), "🐎");
      const names = await page.locator(".said-by").allTextContents();
      const texts = await page.locator(".said-text").allTextContents();
      expect(names.slice(-2)).toEqual(["Ada", "Grace"]);
      expect(texts.slice(-2)).toEqual(["Hello, Grace!", "Hello, Ada! žluťoučký kůň 🐎"]);
    }
    const sides = await said(first).evaluateAll((rows) =>
      rows.slice(-2).map((row) => row.getAttribute("data-own")),
    );
    expect(sides).toEqual(["true", "false"]);
  });

  test("who comes and who leaves is told to those who are here", async () => {
    const [first, second] = await openTwo(visits);
    await untilShows(notes(first), "Grace has come in.");
    await untilHere(second, "Ada", "Grace");
    await untilShows(second.locator("#chat-people li", { hasText: "you" }), "Grace");
    await button(second, "Leave").click();
    await untilShows(state(second), "CLOSED");
    await untilShows(notes(second), "1000 “the visitor has left”");
    await untilHere(second);
    await untilShows(notes(first), "Grace has left.");
    await untilHere(first, "Ada");
  });

  test("a tab that is closed has left", async () => {
    const [first, second] = await openTwo(visits);
    await second.close();
    await untilShows(notes(first), "Grace has left.");
    await untilHere(first, "Ada");
  });

  test("rooms are apart, and one connection moves between them", async () => {
    const [first, second] = await openTwo(visits);
    await room(second, "kitchen").check();
    await untilIn(second, "kitchen", "Grace");
    await untilShows(second.locator("#chat-title"), "The kitchen");
    await untilHere(first, "Ada");
    await untilHere(second, "Grace");
    await say(first, "for the lobby alone");
    await untilShows(said(first), "for the lobby alone");
    await say(second, "for the kitchen alone");
    await untilShows(said(second), "for the kitchen alone");
    await room(first, "kitchen").check();
    await untilHere(second, "Grace", "Ada");
    // What was said in the kitchen is there for who comes later, and nothing else.
    await untilShows(said(first), "for the kitchen alone");
    expect(await said(second).filter({ hasText: "for the lobby alone" }).count()).toBe(0);
    expect(await said(first).filter({ hasText: "for the lobby alone" }).count()).toBe(0);
  });

  test("a reload comes back under the same name, to the same room and what was said", async () => {
    const page = await open(visits);
    await join(page, "Ada", "garden");
    await say(page, "before the reload");
    await untilShows(said(page), "before the reload");
    expect(new URL(page.url()).searchParams.get("room")).toBe("garden");
    await page.reload();
    await untilIn(page, "garden", "Ada");
    await untilShows(page.locator('.said[data-own="true"]'), "before the reload");
    await untilHere(page, "Ada");
    expect(await nameField(page).inputValue()).toBe("Ada");
    expect(await room(page, "garden").isChecked()).toBe(true);
    expect(new URL(page.url()).hash).toBe("#chat");
  });

  test("a chat that came back behind another pane shows its newest message when it is opened", async () => {
    const page = await open(visits);
    await join(page, "Ada", "garden");
    for (let count = 1; count <= 15; count += 1) await say(page, `message ${count}.`);
    await untilShows(said(page), "message 15.");
    const newest = notes(page).last();
    await page.getByRole("tab", { name: "Events" }).click();
    await page.reload();
    await newest.waitFor({ state: "attached" });
    expect(await newest.isVisible()).toBe(false);
    await page.getByRole("tab", { name: "Chat" }).click();
    const log = page.locator("#chat-log");
    await poll(() =>
      log.evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight),
    ).toBeLessThan(2);
    expect(await log.evaluate((it) => it.scrollTop)).toBeGreaterThan(100);
  });

  test("who has left stays out after a reload, and an address with a room leads there", async () => {
    const page = await open(visits);
    await join(page, "Ada", "garden");
    await button(page, "Leave").click();
    await untilShows(state(page), "CLOSED");
    await page.reload();
    expect(await state(page).textContent()).toBe("CLOSED");
    expect(await nameField(page).inputValue()).toBe("Ada");
    const guest = await openNextTab(page);
    expect(await room(guest, "garden").isChecked()).toBe(true);
    expect(await nameField(guest).inputValue()).toBe("");
  });

  test("HTML in a message or a name stays text", async () => {
    const [first, second] = await openTwo(visits);
    await button(first, "Leave").click();
    await untilShows(state(first), "CLOSED");
    await join(first, "<b>Eve</b>");
    const attack = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await say(first, attack);
    await untilShows(said(second), attack);
    expect(await second.locator(".said-by").last().textContent()).toBe("<b>Eve</b>");
    await untilHere(second, "Grace", "<b>Eve</b>");
    expect(await second.locator("#chat :is(img, b, script):not(pre *)").count()).toBe(0);
    expect(await second.title()).toBe("onesocket demo");
  });

  test("a name is needed to join, and an empty message is not sent", async () => {
    const page = await open(visits);
    await say(page, "into the void");
    expect(await state(page).textContent()).toBe("CLOSED");
    await button(page, "Join").click();
    await untilShows(page.locator("#chat-name-complaint"), "Type the name");
    expect(await nameField(page).getAttribute("aria-invalid")).toBe("true");
    await join(page, "Ada");
    await say(page, "  ");
    await say(page, "the only one");
    await untilShows(said(page), "the only one");
    expect(await notes(page).filter({ hasText: "refuses" }).count()).toBe(0);
    expect(await said(page).filter({ hasText: "into the void" }).count()).toBe(0);
  });

  test("a name that the server refuses is said so, and another may be tried", async () => {
    const page = await open(visits);
    await nameField(page).fill("\u200b");
    await button(page, "Join").click();
    await untilShows(notes(page), "The server refuses: name has nothing that can be seen.");
    await untilShows(state(page), "CLOSED");
    await join(page, "Ada");
  });

  test("a server that ends says 1001, and the visitor can join again", async () => {
    const other = startDemo("0");
    const page = await visits.open({}, "#chat", await pageUrl(other));
    await join(page, "Ada");
    const exited = once(other, "exit");
    other.kill("SIGTERM");
    await untilShows(notes(page), "1001 “Server shutting down...”");
    expect(await exited).toEqual([0, null]);
    expect(await button(page, "Join").getAttribute("aria-disabled")).toBe("false");
    await button(page, "Join").click();
    await poll(() => notes(page).filter({ hasText: "has ended" }).count()).toBe(2);
    // The browser itself reports the refusal to its console.
    expect(visits.complaints.splice(0).join()).toContain("ERR_CONNECTION_REFUSED");
  });

  test("the keyboard alone joins, talks, changes the room and leaves", async () => {
    const page = await visits.open();
    const focused = page.locator(":focus");
    const tabTo = async (id: string, key = "Tab"): Promise<void> => {
      while ((await focused.getAttribute("id")) !== id) await page.keyboard.press(key);
    };
    await page.keyboard.press("Tab");
    expect(await focused.getAttribute("id")).toBe("events-tab");
    await page.keyboard.press("End");
    expect(await page.getByRole("tabpanel").getAttribute("id")).toBe("chat");
    await tabTo("chat-name");
    await page.keyboard.type("Ada");
    await page.keyboard.press("Enter");
    await untilIn(page, "lobby", "Ada");
    // Who has joined can write at once.
    expect(await focused.getAttribute("id")).toBe("chat-text");
    await page.keyboard.type("typed blind");
    await page.keyboard.press("Enter");
    await untilShows(said(page), "typed blind");
    expect(await focused.inputValue()).toBe("");
    await tabTo("chat-log", "Shift+Tab");
    while ((await focused.getAttribute("type")) !== "radio") await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("ArrowDown");
    await untilIn(page, "kitchen", "Ada");
    await tabTo("chat-leave", "Shift+Tab");
    await page.keyboard.press("Space");
    await untilShows(state(page), "CLOSED");
    expect(await focused.getAttribute("id")).toBe("chat-leave");
  });

  test("what happens is announced, and every field has its label", async () => {
    const page = await open(visits);
    await join(page, "Ada");
    const log = page.getByRole("log", { name: "The lobby" });
    expect(await log.getAttribute("aria-live")).toBe("polite");
    const fields = page.locator("#chat :is(input, button)");
    const labels = await fields.evaluateAll((all: (HTMLInputElement | HTMLButtonElement)[]) =>
      all.map((field) => field.labels?.[0]?.textContent?.trim() || field.textContent?.trim()),
    );
    expect(labels).not.toContain("");
    expect(await page.getByRole("list", { name: "Who is here" }).count()).toBe(1);
    expect(await page.getByRole("group", { name: "Room" }).count()).toBe(1);
  });
});

describe("the demo's chat in numbers and pictures", () => {
  const visits = useDemo();
  const TALK = [
    ["Ada", "Is anybody in?"],
    ["Grace", "I am. Your message came by one topic, framed once for all of us."],
    ["Ada", "And when my tab sleeps?"],
    ["Grace", "Then you miss nothing but the oldest numbers of the plot: its topic may drop them."],
    ["Ada", "<b>Bold</b> stays text, I see."],
    ["Grace", "As it should. Reload: your name and the room come back."],
  ] as const;

  async function untilNextSecond(page: Page): Promise<void> {
    const samples = await countSamples(page);
    await poll(() => countSamples(page)).toBeGreaterThan(samples);
  }

  async function talk(first: Page, second: Page): Promise<void> {
    for (const [index, [name, text]] of TALK.entries()) {
      await say(name === "Ada" ? first : second, text);
      await untilShows(said(first), text);
      // Some seconds have one message, some have two.
      if (index % 3 !== 1) await untilNextSecond(first);
    }
  }

  test("the stats panel moves with what the server does", async () => {
    const page = await open(visits);
    expect(await stat(page, "open").textContent()).toBe("–");
    await join(page, "Ada");
    await poll(() => stat(page, "open").textContent()).toBe("1");
    const second = await openNextTab(page);
    await join(second, "Grace");
    await poll(() => stat(page, "open").textContent()).toBe("2");
    const accepted = Number(await stat(page, "accepted").textContent());
    expect(accepted).toBeGreaterThanOrEqual(2);
    const samples = await countSamples(page);
    await say(second, "one more message");
    const received = async () => Number(await stat(page, "inPerSecond").textContent());
    await poll(received).toBeGreaterThan(0);
    await poll(received).toBe(0);
    expect(await countSamples(page)).toBeGreaterThan(samples);
    // Who comes later sees the same minute.
    await second.reload();
    await poll(() => countSamples(second)).toBeGreaterThan(samples);
  });

  test("both colour schemes and a phone, of one width and one column", async () => {
    const [first, second] = await openTwo(visits);
    await talk(first, second);
    for (const colorScheme of ["light", "dark"] as const) {
      await first.emulateMedia({ colorScheme });
      const path = artifact(`demo-chat-${colorScheme}.png`);
      await first.screenshot({ path, animations: "disabled" });
    }
    // The list of people has the height that is left, which must be some.
    expect((await first.locator("#chat-people").boundingBox())?.height).toBeGreaterThan(80);
    await second.setViewportSize({ width: 360, height: 780 });
    await second.reload();
    await untilIn(second, "lobby", "Grace");
    expect(await second.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const columns = await second.locator("#chat .column").evaluateAll((all) => {
      return all.map((column) => column.getBoundingClientRect().left);
    });
    expect(new Set(columns).size).toBe(1);
    const path = artifact("demo-chat-phone.png");
    await second.screenshot({ path, fullPage: true, animations: "disabled" });
  });
});
