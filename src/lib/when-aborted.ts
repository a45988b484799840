const callbacks = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal is aborted, unless the returned function was called before. For signals that hundreds wait for at once: those share one
 * listener, since adding one of the platform's takes as long as there are many. An aborted signal calls nobody back any more.
 */
export function whenAborted(signal: AbortSignal, callback: () => void): () => void {
  const known = callbacks.get(signal) ?? listen(signal);
  // A function of its own for each call: the same callback may be handed over twice.
  const call = (): void => callback();
  known.add(call);
  return () => void known.delete(call);
}

function listen(signal: AbortSignal): Set<() => void> {
  const added = new Set<() => void>();
  callbacks.set(signal, added);
  const callAll = (): void => {
    for (const call of added) call();
    added.clear();
  };
  signal.addEventListener("abort", callAll, { once: true });
  return added;
}
