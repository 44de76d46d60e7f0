/** close as the WHATWG standard has it, in Node and in a page. */

import { describe, expect, inject, test } from "vitest";
import { WebSocket } from "../../src/index.ts";
import { closed, nextEvent, opened, thrown } from "../support/sockets.ts";

const server = inject("server");

const call = (socket: WebSocket, ...args: unknown[]): unknown =>
  Reflect.apply(socket.close, socket, args);

describe("close", () => {
  test.each([
    0,
    1,
    999,
    1001,
    1005,
    1006,
    1015,
    2999,
    5000,
    65_535,
    66_536,
    -1,
    null,
    "x",
    Number.NaN,
  ])("throws InvalidAccessError for code %s, in every state", async (code) => {
    const socket = new WebSocket(`${server}/echo`);
    const refused = { name: "InvalidAccessError", code: 15 };
    expect(thrown(() => call(socket, code))).toMatchObject(refused);
    await opened(socket);
    expect(thrown(() => call(socket, code))).toMatchObject(refused);
    socket.close();
    await closed(socket);
    expect(thrown(() => call(socket, code))).toMatchObject(refused);
  });

  test.each([
    [1000, 1000],
    [3000, 3000],
    [4999, 4999],
    ["3001", 3001],
    [3001.4, 3001],
    [3000.5, 3000],
  ])("takes code %s as %i", async (code, sent) => {
    const socket = new WebSocket(`${server}/echo`);
    await opened(socket);
    call(socket, code);
    expect((await closed(socket)).code).toBe(sent);
  });

  test("throws SyntaxError for a reason of more than 123 bytes of UTF-8", async () => {
    const socket = new WebSocket(`${server}/echo`);
    await opened(socket);
    for (const reason of ["x".repeat(124), "ü".repeat(62), "\ud800".repeat(42)]) {
      expect(thrown(() => socket.close(1000, reason))).toMatchObject({ name: "SyntaxError" });
    }
    expect(socket.readyState).toBe(WebSocket.OPEN);
    const reason = "ü".repeat(61);
    socket.close(1000, reason);
    expect((await closed(socket)).reason).toBe(reason);
  });

  test("replaces an unpaired surrogate in the reason", async () => {
    const socket = new WebSocket(`${server}/echo`);
    await opened(socket);
    socket.close(3000, "a\ud800");
    expect((await closed(socket)).reason).toBe("a\ufffd");
  });

  test("goes to CLOSING at once, to CLOSED with the event", async () => {
    const socket = new WebSocket(`${server}/echo`);
    await opened(socket);
    socket.close();
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    const event = await nextEvent(socket, "close");
    expect([event.code, event.reason, event.wasClean]).toEqual([1000, "", true]);
    expect(socket.readyState).toBe(WebSocket.CLOSED);
  });

  test("while connecting: CLOSING at once, then later one error and one close, no open", async () => {
    const socket = new WebSocket(`${server}/echo`);
    const seen: string[] = [];
    for (const type of ["open", "message", "error", "close"] as const) {
      socket.addEventListener(type, () => seen.push(type));
    }
    socket.close();
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    expect(seen).toEqual([]);
    const info = await closed(socket);
    expect(info).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(seen).toEqual(["error", "close"]);
  });

  test("a second call does nothing", async () => {
    const socket = new WebSocket(`${server}/echo`);
    await opened(socket);
    let closes = 0;
    socket.onclose = () => {
      closes += 1;
    };
    socket.close(3000, "first");
    socket.close(3001, "second");
    expect(await closed(socket)).toEqual({ code: 3000, reason: "first", wasClean: true });
    socket.close(3002);
    expect(closes).toBe(1);
  });

  test("called within open, message and close handlers", async () => {
    const socket = new WebSocket(`${server}/burst?text=a&text=b`);
    const seen: string[] = [];
    socket.onmessage = ({ data }) => {
      seen.push(`${data}`);
      socket.close();
    };
    socket.onclose = () => {
      socket.close();
      seen.push("close");
    };
    await closed(socket);
    expect(seen).toEqual(["a", "close"]);
  });

  test("leaves behind everything sent, Blobs too", async () => {
    const socket = new WebSocket(`${server}/close-after-message?code=4003`);
    await opened(socket);
    socket.send(new Blob(["x".repeat(100_000)]));
    socket.close();
    expect(socket.readyState).toBe(WebSocket.CLOSING);
    expect((await closed(socket)).code).toBe(4003);
  });

  test("the peer's close: its code and reason, 1005 for none, 1006 for no frame", async () => {
    const cases = [
      ["/close?code=4001&reason=so", { code: 4001, reason: "so", wasClean: true }],
      ["/close?code=1001", { code: 1001, reason: "", wasClean: true }],
      ["/close", { code: 1005, reason: "", wasClean: true }],
      ["/terminate", { code: 1006, reason: "", wasClean: false }],
    ] as const;
    for (const [path, info] of cases) {
      expect(await closed(new WebSocket(server + path))).toEqual(info);
    }
  });
});
