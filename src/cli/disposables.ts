/** Things to be released when a command ends, last one first, also when it fails. */
export interface Disposables extends AsyncDisposable {
  /** Keeps a thing until the end, and returns it. */
  use<Thing extends AsyncDisposable | Disposable>(thing: Thing): Thing;
}

/** What `AsyncDisposableStack` is in later Node versions. */
export function disposables(): Disposables {
  const things: (AsyncDisposable | Disposable)[] = [];
  return {
    use(thing) {
      things.push(thing);
      return thing;
    },
    async [Symbol.asyncDispose]() {
      for (const thing of things.reverse()) {
        if (Symbol.asyncDispose in thing) await thing[Symbol.asyncDispose]();
        else thing[Symbol.dispose]();
      }
    },
  };
}
