/**
 * One call for many: what is asked for before the event loop turns is handed to `answerAll` together, which gives back one result an item, in
 * order. Where it fails, every one of those calls fails. Where calls come thick, one is made every `leastMs` at most, so that what a call costs
 * besides its items is spent less often; 0 unless told.
 */
export function gathered<Item, Result>(
  answerAll: (items: readonly Item[]) => Promise<readonly Result[]>,
  leastMs = 0,
): (item: Item) => Promise<Result> {
  let items: Item[] = [];
  let results: Promise<readonly Result[]> | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  const turn = (): Promise<void> => {
    const waitMs = lastAt + leastMs - performance.now();
    return new Promise((resolve) => (waitMs > 0 ? setTimeout(resolve, waitMs) : setImmediate(resolve)));
  };
  return async (item) => {
    const place = items.push(item) - 1;
    results ??= turn().then(() => {
      const together = items;
      items = [];
      results = undefined;
      lastAt = performance.now();
      return answerAll(together);
    });
    return (await results)[place]!;
  };
}
