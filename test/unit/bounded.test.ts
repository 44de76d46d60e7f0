/** What a page's sockets lack, given by `createBoundedDialer`; over a socket whose peer never answers. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type {
  Adapter,
  AdapterSink,
  Dialer,
  DialRequest,
  WebSocketOptions,
} from "../../src/adapter/adapter.ts";
import { createBoundedDialer } from "../../src/adapter/bounded.ts";
import { unsupported } from "../../src/adapter/native.ts";
import { RecordingSink } from "../support/recording-sink.ts";
import { thrown } from "../support/sockets.ts";

const ABNORMAL = { code: 1006, reason: "", wasClean: false };

/** A socket that does nothing by itself. */
class MuteAdapter implements Adapter {
  readonly url = "ws://user:hunter2@mute/path?token=hunter2";
  readonly protocol = "";
  readonly extensions = "";
  bufferedAmount = 7;
  readyState = 1;
  /** Whether `close` throws. */
  refuses = false;
  readonly calls: string[] = [];
  readonly sink: AdapterSink;

  constructor(sink: AdapterSink) {
    this.sink = sink;
  }
  send(): void {
    this.calls.push("send");
  }
  close(code: number, reason: string): void {
    if (this.refuses) throw new DOMException("refused", "InvalidAccessError");
    if (this.readyState < 2) this.calls.push(`close ${code} ${reason}`);
    this.readyState = 2;
  }
}

interface Dialled {
  readonly adapter: Adapter;
  readonly native: MuteAdapter;
  readonly sink: RecordingSink;
}

function createSubject() {
  const natives: MuteAdapter[] = [];
  const streams: DialRequest[] = [];
  const dial = (_request: DialRequest, sink: AdapterSink): Adapter => {
    const native = new MuteAdapter(sink);
    natives.push(native);
    return native;
  };
  const inner: Dialer = {
    supported: true,
    checkOptions(options) {
      for (const option of Object.keys(options)) throw unsupported(`option "${option}"`);
    },
    dial,
  };
  const dialer = createBoundedDialer(inner, (request, sink) => {
    streams.push(request);
    return dial(request, sink);
  });
  const open = (options: WebSocketOptions = {}): Dialled => {
    const sink = new RecordingSink();
    const request = { url: "ws://mute/", protocols: [], options };
    const adapter = dialer.dial(request, sink);
    const native = natives.at(-1);
    if (!native) throw new Error("nothing was dialled");
    return { adapter, native, sink };
  };
  return { dialer, natives, streams, open };
}

const microtasks = (): Promise<void> => Promise.resolve();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("dialTimeout", () => {
  test.each([
    [undefined, 10_000],
    ["1m30s", 90_000],
    [250, 250],
  ])("%s ends the dial with TIMEOUT, once", async (dialTimeout, timeoutMs) => {
    const { native, sink, adapter } = createSubject().open({ dialTimeout });
    vi.advanceTimersByTime(timeoutMs - 1);
    await microtasks();
    expect(sink.names).toEqual([]);
    vi.advanceTimersByTime(1);
    const [, error] = await sink.next("error");
    expect(error).toMatchObject({
      kind: "TIMEOUT",
      code: "ERR_DIAL_TIMEOUT",
      retryable: true,
      details: { timeoutMs },
      message: `WebSocket ws://mute/path: not open after dialTimeout, ${timeoutMs} ms`,
    });
    expect(sink.reports.slice(1)).toEqual([["close", ABNORMAL]]);
    expect(native.calls).toEqual(["close 1000 "]);
    expect(adapter.readyState).toBeGreaterThan(1);
  });

  test.each([0, "0", Number.POSITIVE_INFINITY])("%s is no limit", (dialTimeout) => {
    const { sink } = createSubject().open({ dialTimeout });
    expect(vi.getTimerCount()).toBe(0);
    expect(sink.names).toEqual([]);
  });

  test("an open connection has outlived it", () => {
    const { native, sink } = createSubject().open();
    native.sink.open();
    expect(vi.getTimerCount()).toBe(0);
    expect(sink.names).toEqual(["open"]);
  });

  test("a dial that has failed leaves no timer behind", () => {
    const { native, sink } = createSubject().open();
    native.sink.close(ABNORMAL);
    expect(vi.getTimerCount()).toBe(0);
    expect(sink.names).toEqual(["close"]);
  });
});

describe("signal", () => {
  test.each([["the dial"], ["the connection"]])(
    "aborting it ends %s with CANCELED",
    async (what) => {
      const controller = new AbortController();
      const { native, sink } = createSubject().open({ signal: controller.signal });
      if (what === "the connection") native.sink.open();
      const before = sink.reports.length;
      controller.abort("enough");
      expect(sink.reports).toHaveLength(before);
      const [, error] = await sink.next("error");
      expect(error).toMatchObject({
        kind: "CANCELED",
        code: "ERR_ABORTED",
        cause: "enough",
        message: "WebSocket ws://mute/path: aborted by its signal",
      });
      expect(sink.reports.slice(before + 1)).toEqual([["close", ABNORMAL]]);
      expect(native.calls).toEqual(["close 1000 "]);
    },
  );

  test("aborted before, nothing is dialled", () => {
    const { dialer, natives } = createSubject();
    const options = { signal: AbortSignal.abort() };
    const request = { url: "ws://mute/?token=hunter2", protocols: [], options };
    const error = thrown(() => dialer.dial(request, new RecordingSink()));
    expect(error).toMatchObject({ kind: "CANCELED", code: "ERR_ABORTED" });
    expect(`${error}`).not.toContain("hunter2");
    expect(natives).toEqual([]);
  });

  test("is let go of at the end, so that one signal may serve many connections", () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, "addEventListener");
    const remove = vi.spyOn(signal, "removeEventListener");
    const { native } = createSubject().open({ signal });
    expect(add).toHaveBeenCalledOnce();
    expect(remove).not.toHaveBeenCalled();
    native.sink.close(ABNORMAL);
    expect(remove.mock.calls).toEqual([add.mock.calls[0]?.slice(0, 2)]);
  });

  test("aborted when closing has begun, it ends without an error", async () => {
    const controller = new AbortController();
    const { adapter, sink } = createSubject().open({ signal: controller.signal });
    adapter.close(1000, "");
    controller.abort();
    await sink.next("close");
    expect(sink.names).toEqual(["close"]);
  });
});

describe("terminate", () => {
  test("reports the end later, and nothing that the socket reports after it", async () => {
    const { adapter, native, sink } = createSubject().open();
    native.sink.open();
    adapter.terminate?.();
    adapter.terminate?.();
    expect(sink.names).toEqual(["open"]);
    native.sink.message("late");
    native.sink.drain?.();
    native.sink.pong?.(new Uint8Array());
    await sink.next("close");
    native.sink.message("later");
    native.sink.close({ code: 1000, reason: "", wasClean: true });
    await microtasks();
    expect(sink.reports).toEqual([["open"], ["close", ABNORMAL]]);
  });

  test("does nothing after the end", async () => {
    const { adapter, native, sink } = createSubject().open();
    native.sink.close(ABNORMAL);
    adapter.terminate?.();
    await microtasks();
    expect(sink.names).toEqual(["close"]);
  });
});

describe("close", () => {
  test("waits 5 s for the peer, then ends without an error; closing again does not wait longer", async () => {
    const { adapter, native, sink } = createSubject().open();
    native.sink.open();
    adapter.close(3001, "bye");
    vi.advanceTimersByTime(4_999);
    adapter.close(3002, "again");
    await microtasks();
    expect(sink.names).toEqual(["open"]);
    vi.advanceTimersByTime(1);
    await sink.next("close");
    expect(sink.reports).toEqual([["open"], ["close", ABNORMAL]]);
    expect(native.calls).toEqual(["close 3001 bye"]);
  });

  test("that the peer answers is reported as it was, and leaves no timer behind", () => {
    const { adapter, native, sink } = createSubject().open();
    native.sink.open();
    adapter.close(3001, "bye");
    const info = { code: 3001, reason: "bye", wasClean: true };
    native.sink.close(info);
    expect(vi.getTimerCount()).toBe(0);
    expect(sink.reports).toEqual([["open"], ["close", info]]);
  });

  test("with arguments that are refused starts no wait", () => {
    const { adapter, native } = createSubject().open();
    native.sink.open();
    native.refuses = true;
    expect(() => adapter.close(999, "")).toThrow("refused");
    expect(vi.getTimerCount()).toBe(0);
    expect(adapter.readyState).toBeLessThan(2);
  });
});

describe("what else there is", () => {
  test("everything reported is passed on", () => {
    const { native, sink, adapter } = createSubject().open();
    native.sink.open();
    native.sink.message("text");
    native.sink.pong?.(new Uint8Array([1]));
    native.sink.drain?.();
    expect(sink.names).toEqual(["open", "message", "pong", "drain"]);
    expect(adapter.bufferedAmount).toBe(7);
    expect(adapter.pause).toBeUndefined();
  });

  test("a guard that has to know addresses is refused, since a page sees none", () => {
    const { dialer, natives } = createSubject();
    const guard = { deniesPrivateNetworks: true, admitUrl() {} };
    const request = { url: "ws://mute/", protocols: [], options: {}, guard };
    expect(thrown(() => dialer.dial(request, new RecordingSink()))).toMatchObject({
      kind: "INVALID",
      code: "ERR_UNSUPPORTED",
    });
    expect(natives).toEqual([]);
  });

  test('transport "stream" dials another way', () => {
    const { open, streams } = createSubject();
    open({ dialTimeout: 1 });
    expect(streams).toHaveLength(0);
    const options: object = { transport: "stream" };
    open(options);
    expect(streams).toHaveLength(1);
  });
});

describe("checkOptions", () => {
  const { dialer } = createSubject();

  test.each([
    { dialTimeout: "5s" },
    { dialTimeout: Number.POSITIVE_INFINITY },
    { signal: AbortSignal.abort() },
    { transport: "socket" },
    { dialTimeout: undefined, signal: undefined, transport: undefined },
  ])("takes %o", (options: object) => {
    dialer.checkOptions(options);
  });

  test.each([
    ["dialTimeout", "soon"],
    ["dialTimeout", -1],
    ["dialTimeout", null],
    ["signal", {}],
    ["signal", null],
    ["transport", "pigeon"],
    ["transport", "toString"],
    ["transport", null],
  ])("refuses %s: %o", (option, value) => {
    expect(thrown(() => dialer.checkOptions({ [option]: value }))).toMatchObject({
      kind: "INVALID",
      code: "ERR_INVALID_OPTION",
      details: { option },
    });
  });

  test("leaves what else there is to the socket's dialer", () => {
    const check = (): void => dialer.checkOptions({ readLimit: 5, dialTimeout: 5 });
    expect(thrown(check)).toMatchObject({ code: "ERR_UNSUPPORTED" });
    expect(`${thrown(check)}`).toContain('"readLimit"');
  });

  test('refuses transport "stream" where the platform has no WebSocketStream', () => {
    const options: object = { transport: "stream" };
    const refused = { kind: "INVALID", code: "ERR_UNSUPPORTED" };
    expect(thrown(() => dialer.checkOptions(options))).toMatchObject(refused);
    vi.stubGlobal("WebSocketStream", class {});
    dialer.checkOptions(options);
  });
});
