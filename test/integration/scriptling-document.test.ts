/** The client examples of the Scriptling document, translated, each against a real server. */

import { describe, expect, inject, test } from "vitest";
import type { WebSocket as Peer } from "ws";
import { CloseCode, type Connection, connect, isBinary, isText } from "../../src/index.ts";
import { startPeerServer } from "../support/listening.ts";
import { startAnswerer, startTalker } from "../support/talkers.ts";

const server = inject("server");
const ECHO = `${server}/echo`;

describe("functions and methods", () => {
  test("scriptling document: connect with a timeout", async () => {
    const connection = await connect(ECHO, { dialTimeout: "5s" });
    expect(connection.connected).toBe(true);
    await connection.close();
  });

  test("scriptling document: send text, and a dict as JSON", async () => {
    const connection = await connect(ECHO);
    await connection.send("Hello, WebSocket!");
    await connection.send({ type: "ping", data: "test" });
    expect(await connection.receive()).toBe("Hello, WebSocket!");
    expect(await connection.receive()).toBe('{"type":"ping","data":"test"}');
    await connection.close();
  });

  test("scriptling document: send_binary with a list of bytes", async () => {
    const connection = await connect(ECHO);
    await connection.sendBytes([0x01, 0x02, 0x03, 0xff]);
    expect(await connection.receive()).toEqual(Uint8Array.of(1, 2, 3, 255));
    await connection.close();
  });

  /** One turn of the example of `receive`. */
  async function describeNext(connection: Connection): Promise<string> {
    const message = await connection.receive("5s");
    if (message !== null) return `Received: ${message}`;
    return connection.connected ? "Timeout" : "Disconnected!";
  }

  test("scriptling document: receive, and tell a disconnect from a message", async () => {
    const connection = await connect(await startTalker("news"));
    expect(await describeNext(connection)).toBe("Received: news");
    expect(await describeNext(connection)).toBe("Disconnected!");
  });

  test("scriptling document: connected, in a loop that answers until the other side closes", async () => {
    const heard: string[] = [];
    const url = await startPeerServer({
      serve(peer) {
        peer.send("one");
        peer.send("two");
        peer.on("message", (data) => {
          heard.push(`${data}`);
          if (heard.length === 2) peer.close(CloseCode.NORMAL);
        });
      },
    });
    const connection = await connect(url);
    while (connection.connected) {
      const message = await connection.receive("60s");
      if (message !== null) await connection.send(`Echo: ${message}`);
    }
    expect(heard).toEqual(["Echo: one", "Echo: two"]);
  });

  test("scriptling document: close", async () => {
    const connection = await connect(ECHO);
    await connection.close();
    expect(connection.connected).toBe(false);
  });

  test("scriptling document: is_text", async () => {
    const connection = await connect(await startTalker("words"));
    const message = await connection.receive();
    expect(isText(message) && `Text: ${message}`).toBe("Text: words");
    expect(isBinary(message)).toBe(false);
  });

  test("scriptling document: is_binary", async () => {
    const connection = await connect(await startTalker(Buffer.alloc(3)));
    const message = await connection.receive();
    expect(isBinary(message) && `Binary: ${message.length} bytes`).toBe("Binary: 3 bytes");
    expect(isText(message)).toBe(false);
  });
});

describe("examples", () => {
  test("scriptling document: basic echo client", async () => {
    const connection = await connect(ECHO, { dialTimeout: "10s" });
    await connection.send("Hello, WebSocket!");
    const message = await connection.receive("5s");
    expect(`Received: ${message}`).toBe("Received: Hello, WebSocket!");
    await connection.close();
  });

  test("scriptling document: JSON messaging", async () => {
    const heard: string[] = [];
    const url = await startAnswerer(heard, (peer) => {
      for (const update of ["first", "second"]) peer.send(update);
      peer.close(CloseCode.NORMAL);
    });
    const connection = await connect(url, { dialTimeout: "10s" });
    await connection.send({ action: "subscribe", channel: "updates" });
    const updates: unknown[] = [];
    while (connection.connected) {
      const message = await connection.receive("30s");
      if (message !== null) updates.push(`Update: ${message}`);
      else if (!connection.connected) break;
    }
    await connection.close();
    expect(heard).toEqual(['{"action":"subscribe","channel":"updates"}']);
    expect(updates).toEqual(["Update: first", "Update: second"]);
  });

  test("scriptling document: binary data", async () => {
    const connection = await connect(ECHO, { dialTimeout: "10s" });
    await connection.sendBytes([0x01, 0x02, 0x03, 0x04]);
    const message = await connection.receive("5s");
    expect(message).toHaveLength(4);
    expect(message?.[0]).toBe(1);
    await connection.close();
  });

  test("scriptling document: handling mixed text and binary", async () => {
    const url = await startTalker("words", Buffer.alloc(2), "", Buffer.alloc(0));
    const connection = await connect(url, { dialTimeout: "10s" });
    const seen: string[] = [];
    while (connection.connected) {
      const message = await connection.receive("30s");
      if (message === null) continue;
      if (isText(message)) seen.push(`Text message: ${message}`);
      else if (isBinary(message)) seen.push(`Binary message: ${message.length} bytes`);
    }
    await connection.close();
    expect(seen).toEqual([
      "Text message: words",
      "Binary message: 2 bytes",
      "Text message: ",
      "Binary message: 0 bytes",
    ]);
  });

  test("scriptling document: with custom headers", async () => {
    const connection = await connect(`${server}/request`, {
      dialTimeout: "10s",
      headers: { Authorization: "Bearer my-token", "X-Custom-Header": "value" },
    });
    await connection.send("Hello with auth!");
    const { headers } = JSON.parse(`${await connection.receive("5s")}`);
    expect(headers).toMatchObject({
      authorization: "Bearer my-token",
      "x-custom-header": "value",
    });
    await connection.close();
  });

  test.each<[outcome: string, answer: (peer: Peer) => void, timeout: string]>([
    ["Received: Hello", (peer) => peer.send("Hello"), "5s"],
    ["Connection lost", (peer) => peer.terminate(), "5s"],
    ["Timeout - no message received", () => {}, "1ms"],
  ])("scriptling document: error handling, %s", async (outcome, answer, timeout) => {
    const connection = await connect(await startAnswerer([], answer), { dialTimeout: "10s" });
    try {
      await connection.send("Hello");
      const message = await connection.receive(timeout);
      let told = `Received: ${message}`;
      if (message === null && !connection.connected) told = "Connection lost";
      else if (message === null) told = "Timeout - no message received";
      expect(told).toBe(outcome);
    } finally {
      await connection.close();
    }
  });
});
