/** LazyEventTarget: an EventTarget that costs nothing until somebody uses it as one.
 *  In Node an EventTarget takes two Maps, some 460 bytes; most sockets only ever use `addListener`. */

/** Copies what a new EventTarget keeps on the object itself to `target`, unless it is there already. */
function awaken(target: EventTarget): void {
  const fresh = new EventTarget();
  for (const key of Reflect.ownKeys(fresh)) {
    const property = Object.getOwnPropertyDescriptor(fresh, key);
    if (property === undefined || Object.hasOwn(target, key)) return;
    Object.defineProperty(target, key, property);
  }
}

/** Whether the platform's EventTarget can be made of an object later on: tried on a real event. */
function canAwaken(): boolean {
  let seen: unknown = null;
  try {
    const probe: EventTarget = Object.create(EventTarget.prototype);
    awaken(probe);
    probe.addEventListener("probe", (event) => {
      seen = event.target;
    });
    probe.dispatchEvent(new Event("probe"));
    return seen === probe;
  } catch {
    // A browser keeps the listeners inside, where there is nothing to copy and little to save.
    return false;
  }
}

/** Found out when the first socket is made, so that importing does nothing. */
let lazy: boolean | undefined;

/** Gives `target` its listeners' store where it has none yet; called before each use as an EventTarget. */
export function wake(target: EventTarget): void {
  if (lazy) awaken(target);
}

/** The platform's EventTarget; where the platform allows it, made so by `wake` only. */
export const LazyEventTarget: typeof EventTarget = /* @__PURE__ */ new Proxy(EventTarget, {
  construct(target, args, newTarget): EventTarget {
    lazy ??= canAwaken();
    return Reflect.construct(lazy ? Object : target, args, newTarget);
  },
});

/** Completes the prototype of a class that extends `LazyEventTarget`; its `addEventListener` wakes itself. */
export function completeTarget(prototype: EventTarget): void {
  const { removeEventListener, dispatchEvent } = EventTarget.prototype;
  Object.assign(prototype, {
    removeEventListener(this: EventTarget, ...args: Parameters<typeof removeEventListener>): void {
      wake(this);
      removeEventListener.apply(this, args);
    },
    dispatchEvent(this: EventTarget, event: Event): boolean {
      wake(this);
      return dispatchEvent.call(this, event);
    },
  });
}
