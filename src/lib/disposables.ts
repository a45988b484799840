/** Things to be released when a command ends, last one first, also when it fails. */
export interface Disposables extends AsyncDisposable {
  /** Keeps a thing until the end, and returns it. */
  use<Thing extends AsyncDisposable | Disposable>(thing: Thing): Thing;
}

/**
 * What `AsyncDisposableStack` is in later Node versions: each thing is released, also where another one throws. What one throws is thrown in the
 * end; what several throw, as an `AggregateError`, in the order it was thrown.
 */
export function disposables(): Disposables {
  const things: (AsyncDisposable | Disposable)[] = [];
  return {
    use(thing) {
      things.push(thing);
      return thing;
    },
    async [Symbol.asyncDispose]() {
      const errors: unknown[] = [];
      for (const thing of things.splice(0).reverse()) {
        try {
          if (Symbol.asyncDispose in thing) await thing[Symbol.asyncDispose]();
          else thing[Symbol.dispose]();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length === 1) throw errors[0];
      if (errors.length > 1) throw new AggregateError(errors, "Several things could not be released");
    },
  };
}

/**
 * What `make` makes, together with what it held meanwhile, which is released with it; where making it fails, at once.
 *
 * @throws what `make` throws
 */
export async function owning<Thing extends object>(
  make: (held: Disposables) => Promise<Thing>,
): Promise<Thing & AsyncDisposable> {
  const held = disposables();
  try {
    return Object.assign(await make(held), { [Symbol.asyncDispose]: () => held[Symbol.asyncDispose]() });
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}
