/** LazyEventTarget: an EventTarget that costs nothing until somebody uses it as one.
 *  In Node an EventTarget takes two Maps, some 460 bytes; most sockets only ever use `addListener`. */

/** What Node's EventTarget keeps on the object itself. */
const stateKeys = Reflect.ownKeys(new EventTarget());

/** Gives `target` what a new EventTarget has. */
function awaken(target: object): void {
  const fresh = new EventTarget();
  for (const key of stateKeys) {
    const property = Object.getOwnPropertyDescriptor(fresh, key);
    if (property) Object.defineProperty(target, key, property);
  }
}

/**
 * Completes the prototype of a class that extends `LazyEventTarget`: whatever first touches the state of
 * an object, Node's own functions among it, makes that state.
 */
export function completeTarget(prototype: object): void {
  for (const key of stateKeys) {
    Object.defineProperty(prototype, key, {
      configurable: true,
      get(this: object): unknown {
        if (this === prototype) return undefined;
        awaken(this);
        return Reflect.get(this, key);
      },
      set(this: object, value: unknown) {
        awaken(this);
        Reflect.set(this, key, value);
      },
    });
  }
}

/** Whether that works on this platform: tried on a real event. */
function canAwaken(): boolean {
  let seen: unknown = null;
  const prototype: EventTarget = Object.create(EventTarget.prototype);
  completeTarget(prototype);
  const probe: EventTarget = Object.create(prototype);
  try {
    probe.addEventListener("probe", (event) => {
      seen = event.target;
    });
    probe.dispatchEvent(new Event("probe"));
  } catch {
    // Another version of Node may keep the state inside; then each socket is an EventTarget from the start.
  }
  return seen === probe;
}

/** Found out when the first socket is made. */
let lazy: boolean | undefined;

/** A plain function, which is the fastest to derive from: returning nothing, it leaves the object as it is. */
function LazyTarget(): object | undefined {
  lazy ??= canAwaken();
  return lazy && new.target ? undefined : Reflect.construct(EventTarget, [], new.target);
}

/** Node's EventTarget, its state made when it is first touched. */
export const LazyEventTarget: typeof EventTarget = /* @__PURE__ */ Object.defineProperties(
  /* @__PURE__ */ Object.setPrototypeOf(LazyTarget, EventTarget),
  { prototype: { value: EventTarget.prototype }, name: { value: "EventTarget" } },
);
