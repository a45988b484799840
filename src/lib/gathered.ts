/**
 * One call for many: what is asked for before the event loop turns is handed to `answerAll` together, which gives back one result an item, in
 * order. Where it fails, every one of those calls fails.
 */
export function gathered<Item, Result>(
  answerAll: (items: readonly Item[]) => Promise<readonly Result[]>,
): (item: Item) => Promise<Result> {
  let items: Item[] = [];
  let results: Promise<readonly Result[]> | undefined;
  return async (item) => {
    const place = items.push(item) - 1;
    results ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      const together = items;
      items = [];
      results = undefined;
      return answerAll(together);
    });
    return (await results)[place]!;
  };
}
