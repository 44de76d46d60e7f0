import { describe, expect, inject, test } from "vitest";
import { createBoundedDialer } from "../../src/adapter/bounded.ts";
import { createNativeDialer } from "../../src/adapter/native.ts";
import { dialStream } from "../../src/adapter/stream.ts";
import { RecordingSink } from "../support/recording-sink.ts";
import { describeContract } from "./contract.ts";

// Beside `dialStream` nothing that could dial.
const dialer = createBoundedDialer(
  { ...createNativeDialer(undefined), dial: dialStream },
  dialStream,
);
const server = inject("server");

describeContract("stream", {
  dialer,
  server: () => server,
  has: new Set(["reportsDrain", "terminate", "pause", "resume"]),
});

const dial = (path: string, sink: RecordingSink) =>
  dialer.dial({ url: server + path, protocols: [], options: {} }, sink);

/** How many bytes of the flood of that name the server has not got rid of. */
async function askBytesLeft(name: string): Promise<number> {
  const sink = new RecordingSink();
  const adapter = dial(`/flood-left?name=${name}`, sink);
  await sink.next("open");
  adapter.send("?");
  const [, left] = await sink.next("message");
  adapter.terminate?.();
  return Number(left);
}

async function readAll(sink: RecordingSink, count: number): Promise<void> {
  for (let read = 0; read < count; read += 1) await sink.next("message");
}

describe("stream: backpressure", () => {
  test("while paused the server can't get rid of its output, and all of it arrives after resume", async () => {
    const [count, bytes] = [200, 128 * 1024];
    const flood = async (name: string): Promise<[RecordingSink, ReturnType<typeof dial>]> => {
      const sink = new RecordingSink();
      const adapter = dial(`/flood?name=${name}&count=${count}&bytes=${bytes}`, sink);
      await sink.next("open");
      return [sink, adapter];
    };
    const [paused, pausedAdapter] = await flood("paused");
    const [free, freeAdapter] = await flood("free");
    pausedAdapter.pause?.();
    pausedAdapter.send("go");
    freeAdapter.send("go");
    // By the time that the other has all of the same flood, the paused one would have it, too.
    await readAll(free, count);
    expect(await askBytesLeft("free")).toBe(0);
    expect(await askBytesLeft("paused")).toBeGreaterThan((count * bytes) / 2);
    expect(paused.names).not.toContain("message");

    pausedAdapter.resume?.();
    await readAll(paused, count);
    expect(await askBytesLeft("paused")).toBe(0);
    pausedAdapter.terminate?.();
    freeAdapter.terminate?.();
  });
});

describe("stream: a close behind messages", () => {
  const texts = Array.from({ length: 300 }, (_, index) => `text=${index}`).join("&");

  test.each([true, false])("all of them come before it, separate tasks: %s", async (separate) => {
    const sink = new RecordingSink();
    sink.separateTasks = separate;
    dial(`/burst?${texts}&close`, sink);
    const [, info] = await sink.next("close");
    expect(info).toEqual({ code: 1000, reason: "done", wasClean: true });
    expect(sink.names).toEqual(["open", ...Array(300).fill("message"), "close"]);
  });

  test("those that the platform drops while paused are not lost in silence", async () => {
    const sink = new RecordingSink();
    const open = sink.open.bind(sink);
    sink.open = () => {
      adapter.pause?.();
      open();
    };
    const adapter = dial(`/burst?${texts}&close`, sink);
    await sink.next("open");
    // By the time that another one has ended, the peer has closed this one, too.
    const other = new RecordingSink();
    dial(`/burst?${texts}&close`, other);
    await other.next("close");
    adapter.resume?.();
    const [, info] = await sink.next("close");
    const lost = 300 - sink.names.filter((name) => name === "message").length;
    expect(sink.names.includes("error")).toBe(lost > 0);
    expect(info.wasClean).toBe(lost === 0);
  });
});

describe("stream: what the platform checks", () => {
  test.each(["nonsense://x", "ws://x/#fragment"])("%s is a SyntaxError", (url) => {
    const request = { url, protocols: [], options: {} };
    expect(() => dialer.dial(request, new RecordingSink())).toThrow(
      expect.objectContaining({ name: "SyntaxError" }),
    );
  });

  test.each([
    [999, "", "InvalidAccessError"],
    [1001, "", "InvalidAccessError"],
    [1000, "x".repeat(124), "SyntaxError"],
  ])("close(%d, …) is refused in every state", async (code, reason, name) => {
    const sink = new RecordingSink();
    const adapter = dial("/echo", sink);
    const expectRefusal = (): void =>
      expect(() => adapter.close(code, reason)).toThrow(expect.objectContaining({ name }));
    expectRefusal();
    await sink.next("open");
    expectRefusal();
    adapter.close(1000, "");
    await sink.next("close");
    expectRefusal();
  });

  test("what a dial can't do is an error that shows no secrets", async () => {
    const sink = new RecordingSink();
    dial("/nowhere?token=hunter2", sink);
    const [, error] = await sink.next("error");
    expect(error).toMatchObject({ kind: "INTERNAL", code: "ERR_CONNECTION_FAILED" });
    expect(error.message).toContain(`${server}/nowhere: connection failed`);
    expect(error.message).not.toContain("hunter2");
  });
});
