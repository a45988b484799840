/** @file Labels: what a cell says, in what order labels are listed, and which look like one label written twice. */

import type { Cell } from "./table.js";

/** The labels a cell names: `null` where it is empty. An empty list is a row without labels, which a multi-label task may have. */
export function labelsOf(cell: Cell | undefined, isJoined: boolean): readonly string[] | null {
  if (cell === undefined || cell === null) return null;
  if (Array.isArray(cell)) return unique(cell.filter((label: string) => label.trim() !== ""));
  const text = String(cell);
  if (text.trim() === "") return null;
  if (!isJoined) return [text];
  // Around the bar spaces are layout; inside a single label they are kept and warned of.
  return unique(
    text
      .split("|")
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

/**
 * Groups of labels that differ only in case, or in spaces around or within: most likely one label written in several ways.
 * Each group in the order given.
 */
export function lookalikeLabels(labels: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const label of labels) {
    const key = label.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), label]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** What is suspicious about the labels, in sentences. Nothing is merged: that is for the owner of the data to decide. */
export function labelWarnings(labels: readonly string[], counts: ReadonlyMap<string, number>): string[] {
  const rows = (label: string): string => `${JSON.stringify(label)} (${counts.get(label) ?? 0} rows)`;
  const groups = lookalikeLabels(labels);
  const grouped = new Set(groups.flat());
  return [
    ...groups.map(
      (group) =>
        `The labels ${group.map(rows).join(" and ")} differ only in case or spaces. They are kept apart; make them one if they mean the same.`,
    ),
    ...labels
      .filter((label) => label !== label.trim() && !grouped.has(label))
      .map((label) => `The label ${rows(label)} begins or ends with a space.`),
  ];
}
