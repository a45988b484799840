/** @file The test rows that experiments ask about. */
import type { Dataset } from "../../types/data.js";
import { rowOrder } from "../sample/row-order.js";

/** Of the new label, and of all others; or of all together. More would be dear and say little more. */
const mostRows = 300;

/** At most `mostRows` of them by chance, in their order. */
export function someRows(rows: Dataset, seed: number): Dataset {
  const chosen = new Set(rowOrder(rows.examples, seed).slice(0, mostRows));
  return { ...rows, examples: rows.examples.filter((example) => chosen.has(example)) };
}

/** Some rows with the label, and some of the others. */
export function labelRows(test: Dataset, label: string, seed: number): Dataset {
  const hasLabel = ({ labels }: Dataset["examples"][number]): boolean => labels.includes(label);
  const own = someRows({ ...test, examples: test.examples.filter(hasLabel) }, seed);
  const others = someRows({ ...test, examples: test.examples.filter((example) => !hasLabel(example)) }, seed);
  const chosen = new Set([...own.examples, ...others.examples]);
  return { ...test, examples: test.examples.filter((example) => chosen.has(example)) };
}
