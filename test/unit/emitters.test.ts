import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Call, CallStore } from "../../src/events/call.ts";
import { Emitter } from "../../src/events/emitter.ts";
import type { EventName } from "../../src/events/event-types.ts";
import { SmallEmitter } from "../../src/events/small-emitter.ts";

const STORES: readonly [string, () => CallStore][] = [
  ["Emitter, of Node", () => new Emitter()],
  ["SmallEmitter, of a page", () => new SmallEmitter()],
];

/** The model: plain lists. */
class ListStore implements CallStore {
  readonly #lists = new Map<string, Call[]>();

  #listOf(event: EventName): Call[] {
    const list = this.#lists.get(event) ?? [];
    this.#lists.set(event, list);
    return list;
  }
  add(call: Call): void {
    this.#listOf(call.event).push(call);
  }
  remove(event: EventName, handler: unknown): void {
    const list = this.#listOf(event);
    const newest = list.findLastIndex((call) => call.handler === handler);
    if (newest >= 0) list.splice(newest, 1);
  }
  emit(event: EventName, data: unknown): void {
    for (const call of this.#listOf(event)) call.run(data);
  }
}

type Step = [act: "add" | "remove" | "emit", event: EventName, handler: string];

/** A call that notes the name of its handler. */
const callOf = (event: EventName, handler: unknown, seen: unknown[]): Call => ({
  event,
  handler,
  run: (data) => void seen.push([handler, data]),
});

/** What the calls of a store note over these steps. */
function runSteps(store: CallStore, steps: readonly Step[]): unknown[] {
  const seen: unknown[] = [];
  for (const [act, event, handler] of steps) {
    if (act === "add") store.add(callOf(event, handler, seen));
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
    store.add({
      event: "message",
      handler: "first",
      run: () => {
        seen.push("first");
        store.remove("message", "second");
        store.add(callOf("message", "third", seen));
      },
    });
    store.add(callOf("message", "second", seen));
    store.emit("message", 1);
    expect(seen).toEqual(["first", ["second", 1]]);
    store.emit("message", 2);
    expect(seen.slice(2)).toEqual(["first", ["third", 2]]);
  });

  test("an event that nobody listens to is no error", () => {
    const store = createStore();
    expect(() => store.emit("close", 1)).not.toThrow();
    expect(() => store.remove("close", "nobody")).not.toThrow();
    for (const unknown of ["unknown", "toString"]) {
      expect(() => store.remove(unknown as EventName, "nobody")).not.toThrow();
    }
  });
});
