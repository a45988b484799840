/** @file Things and work in their order. */

/** Items in their order. Unlike an array's, its `shift` takes the same time however many wait. */
export interface Queue<Item> {
  readonly size: number;
  push(item: Item): void;
  /** The first, which stays. */
  peek(): Item | undefined;
  /** The first, which goes. */
  shift(): Item | undefined;
}

/** An empty queue. */
export function createQueue<Item>(): Queue<Item> {
  let items: Item[] = [];
  let first = 0;
  return {
    get size() {
      return items.length - first;
    },
    push(item) {
      items.push(item);
    },
    peek: () => items[first],
    shift() {
      const item = items[first];
      if (first < items.length) first++;
      // Those that are gone are let go together, once they are half of all.
      if (first * 2 >= items.length) {
        items = items.slice(first);
        first = 0;
      }
      return item;
    },
  };
}

/** Runs what it is given one after another, whatever becomes of those before. */
export function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

/** Runs what it is given, in the order given. */
export type Turns = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Runs at most so many at once, each as soon as one before it has ended, whatever became of that. */
export function atMost(count: number): Turns {
  const waiting = createQueue<() => void>();
  let running = 0;
  return async (work) => {
    if (running < count) running++;
    // Who ends hands its place on: `running` stays as it is.
    else await new Promise<void>((begin) => waiting.push(begin));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
