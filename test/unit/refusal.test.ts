import { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SocketError } from "../../src/errors.ts";
import { answer, quoteSafely, type Refusal, toError } from "../../src/server/refusal.ts";

const FORBIDDEN: Refusal = { status: 403, code: "ERR_FORBIDDEN", message: "upgrade: secret why" };

/** One side of a connection, which keeps what is written to it. */
class Wire extends Duplex {
  written = "";
  /** Set, the peer takes nothing. */
  isStuck = false;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.written += chunk;
    if (!this.isStuck) done();
  }
}

/** What a wire has got of an answer, once it is closed. */
async function answered(refusal: Refusal, body?: string): Promise<string> {
  const wire = new Wire();
  const closed = new Promise((resolve) => wire.once("close", resolve));
  answer(wire, refusal, body);
  await closed;
  return wire.written;
}

describe("the error of a refusal", () => {
  test.each([
    [400, "INVALID", false],
    [401, "PERMISSION_DENIED", false],
    [403, "PERMISSION_DENIED", false],
    [404, "NOT_FOUND", false],
    [405, "INVALID", false],
    [408, "INVALID", false],
    [426, "INVALID", false],
    [429, "RATE_LIMITED", true],
    [500, "INTERNAL", false],
    [503, "UNAVAILABLE", true],
  ] as const)("of %i is %s, retryable: %s", (status, kind, retryable) => {
    const error = toError({ status, code: "ERR_NO_ROUTE", message: "upgrade: why" });
    expect(error).toBeInstanceOf(SocketError);
    expect(error).toMatchObject({ kind, retryable, code: "ERR_NO_ROUTE", details: { status } });
    expect(error.message).toBe("upgrade: why");
    expect(error).not.toHaveProperty("cause");
  });

  test("has its cause, whatever was thrown", () => {
    for (const cause of [new Error("x"), "x", undefined]) {
      expect(toError({ ...FORBIDDEN, cause })).toHaveProperty("cause", cause);
    }
  });
});

describe("quoteSafely", () => {
  test.each([
    ["text", '"text"'],
    ["", '""'],
    ['"', '"\\""'],
    ["a\r\nb\0", '"a\\r\\nb\\u0000"'],
    ["\x1b[2J\x7f\x9b\u2028", '"\\u001b[2J\\u007f\\u009b\\u2028"'],
    ["http://user:word@h", '"…@h"'],
    ["ü", '"ü"'],
  ])("shows %j as %s", (text, shown) => {
    expect(quoteSafely(text)).toBe(shown);
  });

  test("cuts to 100 characters", () => {
    expect(quoteSafely("x".repeat(101))).toBe(JSON.stringify("x".repeat(100)));
  });
});

describe("an answer", () => {
  test("is a whole response that says no more than its status", async () => {
    expect(await answered(FORBIDDEN)).toBe(
      [
        "HTTP/1.1 403 Forbidden",
        "Content-Type: text/plain; charset=utf-8",
        "Connection: close",
        "Content-Length: 9",
        "",
        "Forbidden",
      ].join("\r\n"),
    );
  });

  test("has the caller's body, counted in bytes", async () => {
    const text = await answered(FORBIDDEN, "für dich nicht");
    expect(text).toContain("\r\nContent-Length: 15\r\n");
    expect(text).toMatch(/\r\n\r\nfür dich nicht$/);
  });

  test("has the empty body that it is given", async () => {
    expect(await answered(FORBIDDEN, "")).toMatch(/\r\nContent-Length: 0\r\n\r\n$/);
  });

  test("has the refusal's header fields, in place of its own but for its framing", async () => {
    const headers = {
      Allow: "GET",
      "content-type": "application/json",
      "content-length": "0",
      connection: "keep-alive",
    };
    const [head = ""] = (await answered({ ...FORBIDDEN, headers })).split("\r\n\r\n");
    expect(head.split("\r\n").slice(1).sort()).toEqual([
      "Allow: GET",
      "Connection: close",
      "Content-Length: 9",
      "content-type: application/json",
    ]);
  });

  test("names in Connection the Upgrade that it sends", async () => {
    const text = await answered({ ...FORBIDDEN, status: 426, headers: { Upgrade: "websocket" } });
    expect(text).toContain("\r\nConnection: close, Upgrade\r\n");
  });

  test("destroys the socket as soon as it is written", async () => {
    const wire = new Wire();
    answer(wire, FORBIDDEN);
    await new Promise((resolve) => wire.once("finish", resolve));
    expect(wire.destroyed).toBe(true);
  });

  test("reads what the peer has sent, so that closing does not reset", () => {
    const wire = new Wire();
    wire.pause();
    answer(wire, FORBIDDEN);
    expect(wire.isPaused()).toBe(false);
  });

  test("is not written to a socket that is destroyed, and leaves no listener there", () => {
    const wire = new Wire();
    wire.destroy();
    const before = wire.eventNames();
    answer(wire, FORBIDDEN);
    expect(wire.written).toBe("");
    expect(wire.eventNames()).toEqual(before);
  });

  test("is written once", async () => {
    const wire = new Wire();
    const errors: Error[] = [];
    wire.on("error", (error) => errors.push(error));
    const closed = new Promise((resolve) => wire.once("close", resolve));
    answer(wire, FORBIDDEN);
    answer(wire, { ...FORBIDDEN, status: 404 });
    await closed;
    expect(wire.written).toMatch(/^HTTP\/1.1 403 .*Forbidden$/s);
    expect(errors).toEqual([]);
  });

  test("survives an error of the socket", async () => {
    const wire = new Wire();
    wire.isStuck = true;
    answer(wire, FORBIDDEN);
    const closed = new Promise((resolve) => wire.once("close", resolve));
    // Without a listener this would be thrown.
    wire.destroy(new Error("ECONNRESET"));
    await closed;
    expect(wire.destroyed).toBe(true);
  });
});

describe("with a peer that takes nothing", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("an answer is given up after 1 s", () => {
    const wire = new Wire();
    wire.isStuck = true;
    answer(wire, FORBIDDEN);
    vi.advanceTimersByTime(999);
    expect(wire.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(wire.destroyed).toBe(true);
  });

  test("no timer is left once the socket has closed", () => {
    const wire = new Wire();
    wire.isStuck = true;
    answer(wire, FORBIDDEN);
    expect(vi.getTimerCount()).toBe(1);
    wire.emit("close");
    expect(vi.getTimerCount()).toBe(0);
  });
});
