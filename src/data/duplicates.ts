/**
 * @file Duplicates among examples, looked for once: a split, the cut of validation rows from one of its sides and the audit ask about the same
 * rows, and looking takes half a minute for a million of them.
 */
import type { Example } from "../types/data.js";
import type { ProgressEvent } from "../types/events.js";
import { type DuplicateGroups, duplicateGroups } from "./near-duplicates.js";

/** What a search found of one example: the groups it is in, by a number that is the same for all their members. */
interface Membership {
  readonly search: object;
  readonly exact: number;
  readonly near: number;
}

const memberships = new WeakMap<Example, Membership>();

/**
 * Groups of equal and of nearly equal texts, as positions in `examples`. Of examples that were all part of one earlier search, what it found:
 * two of them then also belong together where only a third one, which is not among them, is near to both.
 */
export function duplicatesAmong(examples: readonly Example[], log: (event: ProgressEvent) => void = () => {}): DuplicateGroups {
  return derived(examples) ?? searched(examples, log);
}

function searched(examples: readonly Example[], log: (event: ProgressEvent) => void): DuplicateGroups {
  const groups = duplicateGroups(
    examples.map(({ text }) => text),
    log,
  );
  const search = {};
  const numbersOf = (found: DuplicateGroups[keyof DuplicateGroups]): Int32Array => {
    // An example without duplicates is a group of its own.
    const numbers = Int32Array.from({ length: examples.length }, (_, i) => -1 - i);
    for (const [number, group] of found.entries()) for (const i of group) numbers[i] = number;
    return numbers;
  };
  const [exact, near] = [numbersOf(groups.exact), numbersOf(groups.near)];
  for (const [i, example] of examples.entries()) memberships.set(example, { search, exact: exact[i]!, near: near[i]! });
  return groups;
}

function derived(examples: readonly Example[]): DuplicateGroups | null {
  const first = examples[0] === undefined ? undefined : memberships.get(examples[0]);
  if (first === undefined) return null;
  const found = examples.map((example) => memberships.get(example));
  if (found.some((membership) => membership?.search !== first.search)) return null;
  const groupsBy = (kind: keyof DuplicateGroups): number[][] => {
    const byNumber = new Map<number, number[]>();
    for (const [i, membership] of found.entries()) {
      const number = membership![kind];
      // Numbers below 0 stand for groups of one.
      if (number < 0) continue;
      const group = byNumber.get(number);
      if (group) group.push(i);
      else byNumber.set(number, [i]);
    }
    return [...byNumber.values()].filter((group) => group.length > 1).sort((a, b) => a[0]! - b[0]!);
  };
  return { exact: groupsBy("exact"), near: groupsBy("near") };
}
