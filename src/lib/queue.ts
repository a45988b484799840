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
