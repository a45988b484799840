/** At most `count` of the items, at even distances: from the middle of each of `count` equal parts. */
export function evenlySpaced<Item>(items: readonly Item[], count: number): Item[] {
  const size = Math.min(count, items.length);
  return Array.from({ length: size }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / size)]!);
}
