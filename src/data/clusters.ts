/** Items 0 … length − 1 that are joined into clusters (union-find with path halving; the smallest item stands for its cluster). */
export interface Clusters {
  join(a: number, b: number): void;
  areJoined(a: number, b: number): boolean;
  /** What stands for the cluster of an item. */
  find(item: number): number;
}

export function clusters(length: number): Clusters {
  const parent = Uint32Array.from({ length }, (_, i) => i);
  const find = (item: number): number => {
    let at = item;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  return {
    find,
    join(a, b) {
      const [x, y] = [find(a), find(b)];
      parent[Math.max(x, y)] = Math.min(x, y);
    },
    areJoined: (a, b) => find(a) === find(b),
  };
}
