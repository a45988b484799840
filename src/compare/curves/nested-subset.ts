/** @file Smaller training sets of a dataset, each within the next larger one. */
import { random } from "../../lib/random.js";
import type { Dataset, Example } from "../../types/data.js";

/** The first `size` rows of an order that has the labels in about equal shares everywhere. */
export type NestedSubsets = (size: number) => Dataset;

/**
 * Subsets of a dataset: those of one seed are prefixes of one order. Every label that occurs has a row in each subset of as many rows as there are
 * labels; beyond that, labels have their shares of all rows, to within one row. Rows with several labels count by the rarest one.
 */
export function nestedSubsets(dataset: Dataset, seed: number): NestedSubsets {
  const order = stratifiedOrder(dataset.examples, seed);
  return (size) => ({ ...dataset, examples: order.slice(0, size) });
}

function stratifiedOrder(examples: readonly Example[], seed: number): readonly Example[] {
  const draws = random(seed, "nested-subsets");
  const stratum = stratumOf(examples);
  const strata = new Map<string, Example[]>();
  for (const example of draws.shuffle(examples)) {
    const name = stratum(example);
    const rows = strata.get(name);
    if (rows === undefined) strata.set(name, [example]);
    else rows.push(example);
  }
  const first: Example[] = [];
  const rest: { readonly example: Example; readonly place: number }[] = [];
  for (const [head, ...others] of strata.values()) {
    first.push(head!);
    // A label's rows stand at equal distances, from a random start: any prefix has its share of them.
    const start = draws.uniform();
    for (const [rank, example] of others.entries()) rest.push({ example, place: (rank + start) / others.length });
  }
  rest.sort((a, b) => a.place - b.place);
  return [...draws.shuffle(first), ...rest.map(({ example }) => example)];
}

/** What a row is counted by: the rarest of its labels. */
function stratumOf(examples: readonly Example[]): (example: Example) => string {
  const counts = new Map<string, number>();
  for (const { labels } of examples) for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  // No label is an empty string.
  return ({ labels }) =>
    labels.reduce((rarest, label) => (rarest === "" || counts.get(label)! < counts.get(rarest)! ? label : rarest), "");
}
