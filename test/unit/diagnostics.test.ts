import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  publishClose,
  publishDropped,
  publishError,
  publishOpen,
  publishRefused,
  publishUpgrade,
} from "../../src/server/diagnostics.ts";
import type { Refusal } from "../../src/server/refusal.ts";
import { WebSocket } from "../../src/websocket.ts";
import { takeUncaught } from "../support/uncaught.ts";

const socket = WebSocket.make();
const request = new IncomingMessage(new Socket());
const refusal: Refusal = { status: 403, code: "ERR_ORIGIN", message: "WebSockets: not that one" };
const error = new Error("a handler's");

/** Subscribes until the test has finished. */
function listen(name: string, listener: (message: unknown, name: string | symbol) => void): void {
  subscribe(name, listener);
  onTestFinished(() => void unsubscribe(name, listener));
}

/** What is published on a channel until the test has finished. */
function collect(name: string): unknown[] {
  const messages: unknown[] = [];
  listen(name, (message) => messages.push(message));
  return messages;
}

const PUBLISHED: readonly [string, () => void, object][] = [
  [
    "onesocket:upgrade",
    () => publishUpgrade(request, "192.0.2.1", "chat"),
    { request, address: "192.0.2.1", protocol: "chat" },
  ],
  [
    "onesocket:refused",
    () => publishRefused(request, "192.0.2.1", refusal),
    { request, address: "192.0.2.1", refusal },
  ],
  [
    "onesocket:open",
    () => publishOpen(socket, request, "192.0.2.1"),
    { id: socket.id, socket, request, address: "192.0.2.1" },
  ],
  [
    "onesocket:close",
    () => publishClose(socket, { code: 1001, reason: "bye", wasClean: true }),
    { id: socket.id, socket, code: 1001, reason: "bye", wasClean: true },
  ],
  ["onesocket:error", () => publishError(error, socket), { error, id: socket.id, socket }],
  ["onesocket:error", () => publishError(error, null), { error, id: null, socket: null }],
  [
    "onesocket:dropped",
    () => publishDropped(socket, 3, "tea"),
    { id: socket.id, socket, messages: 3, topic: "tea" },
  ],
];

const CHANNELS = [...new Set(PUBLISHED.map(([name]) => name))];

describe.each(PUBLISHED)("%s", (name, publish, message) => {
  test("gets one message, with these fields, and no other channel does", () => {
    const all = new Map(CHANNELS.map((one) => [one, collect(one)]));
    publish();
    for (const [one, messages] of all) expect(messages).toEqual(one === name ? [message] : []);
    expect(all.get(name)?.[0]).toHaveProperty("id" in message ? "id" : "address");
  });

  test("a subscriber that throws stops neither the publisher nor the others", async () => {
    const uncaught = takeUncaught();
    const thrown = new Error("a subscriber's");
    listen(name, () => {
      throw thrown;
    });
    const messages = collect(name);
    publish();
    expect(messages).toHaveLength(1);
    await uncaught.until(1);
    expect(uncaught.thrown).toEqual([thrown]);
  });
});

test("without a subscriber nothing is read of what would be published", () => {
  const untouchable = new Proxy(WebSocket.make(), {
    get() {
      throw new Error("was read");
    },
  });
  publishOpen(untouchable, request, "");
  publishClose(untouchable, { code: 1000, reason: "", wasClean: true });
  publishError(error, untouchable);
  publishDropped(untouchable, 1, null);
  collect("onesocket:open");
  expect(() => publishOpen(untouchable, request, "")).toThrow("was read");
});
