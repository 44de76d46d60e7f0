import {
  EventEmitter,
  getEventListeners,
  getMaxListeners,
  on,
  once,
  setMaxListeners,
} from "node:events";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { completeTarget, LazyEventTarget } from "../../src/events/event-target.ts";
import { WebSocket as Socket, type WebSocket } from "../../src/index.ts";
import { makeWebSocket } from "../../src/websocket.ts";
import { createFakeDialer } from "../support/fake-dialer.ts";

/** A class on it, as WebSocket is one. */
class Radio extends LazyEventTarget {
  readonly station: string;

  constructor(station = "none") {
    super();
    this.station = station;
  }
  static {
    completeTarget(this.prototype);
  }
}

/** What an EventTarget keeps on the object itself. */
const STORE = Reflect.ownKeys(new EventTarget());

function storeOf(target: EventTarget): (string | symbol)[] {
  return Reflect.ownKeys(target).filter((key) => STORE.includes(key));
}

function fakeOpenSocket(): WebSocket {
  return makeWebSocket(createFakeDialer((peer) => peer.accept())).open("ws://fake.test/");
}

describe("a class on it", () => {
  test("makes EventTargets, with fields of their own", () => {
    const radio = new Radio("one");
    expect(radio).toBeInstanceOf(Radio);
    expect(radio).toBeInstanceOf(EventTarget);
    expect(radio).toBeInstanceOf(LazyEventTarget);
    expect(radio.station).toBe("one");
    expect(Object.getPrototypeOf(Radio.prototype)).toBe(EventTarget.prototype);
  });

  test("can't be called without new", () => {
    expect(() => Reflect.apply(LazyEventTarget, undefined, [])).toThrow(TypeError);
    expect(() => Reflect.apply(Radio, undefined, [])).toThrow(TypeError);
  });

  test("keeps nothing for listeners until it is used", () => {
    const radio = new Radio();
    expect(storeOf(radio)).toEqual([]);
    radio.addEventListener("play", () => {});
    expect(storeOf(radio)).toEqual(STORE);
  });

  test("may be extended further", () => {
    class Tuner extends Radio {}
    const tuner = new Tuner("two");
    const heard: unknown[] = [];
    tuner.addEventListener("play", (event) => heard.push(event.target));
    tuner.dispatchEvent(new Event("play"));
    expect(heard).toEqual([tuner]);
  });

  test.each([
    ["addEventListener", (radio: Radio) => radio.addEventListener("stop", () => {})],
    ["removeEventListener", (radio: Radio) => radio.removeEventListener("play", () => {})],
    ["dispatchEvent", (radio: Radio) => radio.dispatchEvent(new Event("play"))],
  ])("may be used by %s first, and works from then on", (_method, use) => {
    const radio = new Radio();
    expect(() => use(radio)).not.toThrow();
    let heard = 0;
    radio.addEventListener("play", () => {
      heard += 1;
    });
    radio.dispatchEvent(new Event("play"));
    expect(heard).toBe(1);
  });

  test("shares no listeners with another object", () => {
    const [one, two] = [new Radio(), new Radio()];
    const heard: string[] = [];
    one.addEventListener("play", () => heard.push("one"));
    two.addEventListener("play", () => heard.push("two"));
    one.dispatchEvent(new Event("play"));
    expect(heard).toEqual(["one"]);
  });
});

describe("as an EventTarget", () => {
  test("calls functions and objects, in order, with this and the target", () => {
    const radio = new Radio();
    const heard: unknown[] = [];
    function listener(this: unknown, event: Event): void {
      heard.push(this, event.target, event.currentTarget, event.eventPhase);
    }
    const object = {
      handleEvent(): void {
        heard.push(this === object);
      },
    };
    radio.addEventListener("play", listener);
    radio.addEventListener("play", object);
    const event = new Event("play");
    expect(radio.dispatchEvent(event)).toBe(true);
    expect(heard).toEqual([radio, radio, radio, 2, true]);
    expect(event.currentTarget).toBe(null);
  });

  test("takes the same listener once", () => {
    const radio = new Radio();
    let heard = 0;
    const listener = (): void => {
      heard += 1;
    };
    radio.addEventListener("play", listener);
    radio.addEventListener("play", listener);
    radio.dispatchEvent(new Event("play"));
    expect(heard).toBe(1);
  });

  test("forgets a listener that was removed", () => {
    const radio = new Radio();
    let heard = 0;
    const listener = (): void => {
      heard += 1;
    };
    radio.addEventListener("play", listener);
    radio.removeEventListener("play", listener);
    radio.dispatchEvent(new Event("play"));
    expect(heard).toBe(0);
  });

  test("calls a listener with once only once", () => {
    const radio = new Radio();
    let heard = 0;
    radio.addEventListener("play", () => (heard += 1), { once: true });
    radio.dispatchEvent(new Event("play"));
    radio.dispatchEvent(new Event("play"));
    expect(heard).toBe(1);
  });

  test("forgets a listener when its signal is aborted, and takes none with an aborted one", () => {
    const radio = new Radio();
    const abort = new AbortController();
    let heard = 0;
    const listener = (): void => {
      heard += 1;
    };
    radio.addEventListener("play", listener, { signal: abort.signal });
    radio.dispatchEvent(new Event("play"));
    abort.abort();
    radio.dispatchEvent(new Event("play"));
    radio.addEventListener("play", listener, { signal: AbortSignal.abort() });
    radio.dispatchEvent(new Event("play"));
    expect(heard).toBe(1);
  });

  test("says whether an event was cancelled", () => {
    const radio = new Radio();
    radio.addEventListener("play", (event) => event.preventDefault());
    expect(radio.dispatchEvent(new Event("play", { cancelable: true }))).toBe(false);
    expect(radio.dispatchEvent(new Event("play"))).toBe(true);
  });

  test("stops at stopImmediatePropagation", () => {
    const radio = new Radio();
    let heard = 0;
    radio.addEventListener("play", (event) => event.stopImmediatePropagation());
    radio.addEventListener("play", () => {
      heard += 1;
    });
    radio.dispatchEvent(new Event("play"));
    expect(heard).toBe(0);
  });

  test("dispatches only events, and none that is being dispatched", () => {
    const radio = new Radio();
    expect(() => Reflect.apply(radio.dispatchEvent, radio, [{}])).toThrow(TypeError);
    const codes: unknown[] = [];
    radio.addEventListener("play", (event) => {
      try {
        radio.dispatchEvent(event);
      } catch (error) {
        codes.push(error instanceof Error);
      }
    });
    radio.dispatchEvent(new Event("play"));
    expect(codes).toEqual([true]);
  });
});

describe("Node's own functions", () => {
  test("events.once takes a socket", async () => {
    const socket = fakeOpenSocket();
    const [event] = await once(socket, "open");
    expect(event).toBeInstanceOf(Event);
    expect(event.target).toBe(socket);
    const ended = once(socket, "close");
    socket.close();
    expect((await ended)[0].code).toBe(1000);
  });

  test("events.once with an aborted signal rejects and leaves no listener", async () => {
    const socket = Socket.make();
    const abort = new AbortController();
    const heard = once(socket, "open", { signal: abort.signal });
    abort.abort();
    await expect(heard).rejects.toMatchObject({ name: "AbortError" });
    expect(getEventListeners(socket, "open")).toEqual([]);
  });

  test("events.on takes a socket", async () => {
    const dialer = createFakeDialer((peer) => {
      peer.accept();
      peer.send("one");
      peer.send("two");
    });
    const socket = makeWebSocket(dialer).open("ws://fake.test/");
    const texts: unknown[] = [];
    for await (const [event] of on(socket, "message")) {
      texts.push(event.data);
      if (texts.length === 2) break;
    }
    expect(texts).toEqual(["one", "two"]);
    // Node takes its listener off by `removeListener`, where an object has such a method.
    expect(getEventListeners(socket, "message")).toEqual([]);
  });

  test("events.getEventListeners tells of a socket that nobody has used yet: none", () => {
    expect(getEventListeners(Socket.make(), "open")).toEqual([]);
  });

  test("events.getEventListeners tells of listeners that there are", () => {
    const socket = Socket.make();
    const listener = (): void => {};
    socket.addEventListener("open", listener);
    expect(getEventListeners(socket, "open")).toEqual([listener]);
  });

  test("events.getMaxListeners takes a socket that nobody has used yet", () => {
    expect(getMaxListeners(Socket.make())).toBe(EventEmitter.defaultMaxListeners);
  });

  test("events.setMaxListeners may come first, and counts", () => {
    const socket = Socket.make();
    setMaxListeners(50, socket);
    expect(getMaxListeners(socket)).toBe(50);
    let heard = 0;
    socket.addEventListener("play", () => {
      heard += 1;
    });
    socket.dispatchEvent(new Event("play"));
    expect([heard, getMaxListeners(socket)]).toEqual([1, 50]);
  });

  test("the methods of EventTarget's prototype take a socket that nobody has used yet", () => {
    const socket = Socket.make();
    let heard = 0;
    EventTarget.prototype.addEventListener.call(socket, "play", () => {
      heard += 1;
    });
    EventTarget.prototype.dispatchEvent.call(socket, new Event("play"));
    expect(heard).toBe(1);
  });

  test("util.inspect shows a socket, used or not", () => {
    const socket = Socket.make();
    expect(inspect(socket)).toMatch(/^(WebSocket|EventTarget)/);
    socket.addEventListener("open", () => {});
    expect(inspect(socket)).toMatch(/^(WebSocket|EventTarget)/);
  });
});

describe("a socket", () => {
  test("that only uses addListener never has a store of listeners", async () => {
    const socket = fakeOpenSocket();
    const ended = socket.read();
    socket.addListener("open", () => socket.close());
    await ended;
    expect(storeOf(socket)).toEqual([]);
  });

  test("gets one with its first on… attribute", () => {
    const socket = Socket.make();
    socket.onopen = null;
    expect(storeOf(socket)).toEqual([]);
    socket.onopen = () => {};
    expect(storeOf(socket)).toEqual(STORE);
  });

  test("dispatches events of others' making", () => {
    const socket = Socket.make();
    const heard: string[] = [];
    expect(socket.dispatchEvent(new Event("custom"))).toBe(true);
    socket.removeEventListener("custom", () => {});
    socket.addEventListener("custom", (event) => heard.push(event.type));
    socket.onopen = (event) => heard.push(event.type);
    socket.dispatchEvent(new Event("custom"));
    socket.dispatchEvent(new Event("open"));
    expect(heard).toEqual(["custom", "open"]);
  });
});
