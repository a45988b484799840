/** @file Labels: what a cell says, and in what order labels are listed. */

import type { Cell } from "./table.js";

/**
 * The labels a cell names: `null` where it is empty. An empty list is a row without labels, which a multi-label task may have.
 *
 * @param separator what joins several labels; `null` where a text is one
 */
export function labelsOf(cell: Cell | undefined, separator: string | null): readonly string[] | null {
  if (cell === undefined || cell === null) return null;
  if (Array.isArray(cell)) return unique(cell.filter((label: string) => label.trim() !== ""));
  const text = String(cell);
  if (text.trim() === "") return null;
  if (separator === null) return [text];
  // Around the sign spaces are layout; inside a single label they are kept and warned of.
  return unique(
    text
      .split(separator)
      .map((label) => label.trim())
      .filter((label) => label !== ""),
  );
}

function unique(labels: readonly string[]): string[] {
  return [...new Set(labels)];
}

/** Orders names as people do: runs of digits by value ("2" before "10"), everything else by code unit. The same on every machine. */
export function byNaturalOrder(a: string, b: string): number {
  const partsOf = (name: string): readonly string[] => name.match(/\d+|\D+/g) ?? [];
  const [partsA, partsB] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.min(partsA.length, partsB.length); i++) {
    const [x, y] = [partsA[i]!, partsB[i]!];
    if (x === y) continue;
    const difference = /^\d/.test(x) && /^\d/.test(y) ? Number(x) - Number(y) : 0;
    return difference !== 0 ? difference : x < y ? -1 : 1;
  }
  return partsA.length - partsB.length;
}
