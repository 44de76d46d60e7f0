import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Call, CallStore } from "../../src/events/call.ts";
import { Emitter } from "../../src/events/emitter.ts";
import { SmallEmitter } from "../../src/events/small-emitter.ts";

const STORES: readonly [string, () => CallStore][] = [
  ["Emitter, of Node", () => new Emitter()],
  ["SmallEmitter, of a page", () => new SmallEmitter()],
];

/** The model: plain lists. */
class ListStore implements CallStore {
  readonly #lists = new Map<string, Call[]>();

  #listOf(event: string): Call[] {
    const list = this.#lists.get(event) ?? [];
    this.#lists.set(event, list);
    return list;
  }
  add(event: string, call: Call): void {
    this.#listOf(event).push(call);
  }
  remove(event: string, handler: unknown): void {
    const list = this.#listOf(event);
    const newest = list.findLastIndex((call) => call.handler === handler);
    if (newest >= 0) list.splice(newest, 1);
  }
  emit(event: string, data: unknown): void {
    for (const call of this.#listOf(event)) call.run(data);
  }
}

type Step = [act: "add" | "remove" | "emit", event: string, handler: string];

/** A call that notes the name of its handler. */
const callOf = (handler: unknown, seen: unknown[]): Call => ({
  handler,
  run: (data) => void seen.push([handler, data]),
});

/** What the calls of a store note over these steps. */
function runSteps(store: CallStore, steps: readonly Step[]): unknown[] {
  const seen: unknown[] = [];
  for (const [act, event, handler] of steps) {
    if (act === "add") store.add(event, callOf(handler, seen));
    else if (act === "remove") store.remove(event, handler);
    else store.emit(event, "data");
  }
  return seen;
}

describe.each(STORES)("%s", (_name, createStore) => {
  test("does as a plain list would, over any additions, removals and emits", () => {
    const step: fc.Arbitrary<Step> = fc.tuple(
      fc.constantFrom("add", "remove", "emit"),
      fc.constantFrom("open", "message", "close"),
      fc.constantFrom("a", "b", "c"),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        expect(runSteps(createStore(), steps)).toEqual(runSteps(new ListStore(), steps));
      }),
    );
  });

  test("what is added or removed during an emit counts from the next on", () => {
    const store = createStore();
    const seen: unknown[] = [];
    store.add("message", {
      handler: "first",
      run: () => {
        seen.push("first");
        store.remove("message", "second");
        store.add("message", callOf("third", seen));
      },
    });
    store.add("message", callOf("second", seen));
    store.emit("message", 1);
    expect(seen).toEqual(["first", ["second", 1]]);
    store.emit("message", 2);
    expect(seen.slice(2)).toEqual(["first", ["third", 2]]);
  });

  test("an event that nobody listens to is no error", () => {
    const store = createStore();
    expect(() => store.emit("unknown", 1)).not.toThrow();
    expect(() => store.remove("unknown", "nobody")).not.toThrow();
    expect(() => store.remove("toString", "nobody")).not.toThrow();
  });
});
