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

/** The same; what `alone` runs has nothing beside it. */
export type SharedTurns = Turns & { readonly alone: Turns };

/** Runs at most so many at once, in the order given, each as soon as there is a place for it, whatever became of those before. */
export function atMost(count: number): SharedTurns {
  const waiting = createQueue<{ readonly places: number; begin(): void }>();
  let taken = 0;
  const beginNext = (): void => {
    for (let next = waiting.peek(); next !== undefined && taken + next.places <= count; next = waiting.peek()) {
      waiting.shift();
      taken += next.places;
      next.begin();
    }
  };
  const turnsOf =
    (places: number): Turns =>
    async (work) => {
      // Who needs few places waits behind who needs all: that one would never have its turn.
      if (waiting.size === 0 && taken + places <= count) taken += places;
      else await new Promise<void>((begin) => waiting.push({ places, begin }));
      try {
        return await work();
      } finally {
        taken -= places;
        beginNext();
      }
    };
  return Object.assign(turnsOf(1), { alone: turnsOf(count) });
}
