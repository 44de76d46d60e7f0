/** Signal: who waits for an AbortSignal. One listener a signal, since Node warns of more than ten. */

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `act` once `signal` is aborted; the function returned stops that. */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  const all = waiting.get(signal) ?? listenTo(signal);
  all.add(act);
  return () => {
    all.delete(act);
    if (all.size > 0) return;
    signal.removeEventListener("abort", actAll);
    waiting.delete(signal);
  };
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  waiting.set(signal, all);
  signal.addEventListener("abort", actAll);
  return all;
}

function actAll(this: AbortSignal): void {
  for (const act of [...(waiting.get(this) ?? [])]) act();
}
