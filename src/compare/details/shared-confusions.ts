import type { Comparison } from "../../types/comparison.js";
import { confusionMatrix } from "../metrics/confusion.js";
import { codeOutcomes } from "../metrics/label-indices.js";
import { presentRows } from "../missing.js";
import { outcomesOf } from "./disagreements.js";

/**
 * The confusion matrices of two approaches on the test rows that both have an outcome of (first seed): cell by cell they can be compared, which those
 * of different rows cannot. `null` where one has no such rows.
 */
export function sharedConfusions(comparison: Comparison, a: string, b: string): readonly [number[][], number[][]] | null {
  const [ofA, ofB] = [outcomesOf(comparison, a), outcomesOf(comparison, b)];
  if (ofA === undefined || ofB === undefined) return null;
  const rows = presentRows([ofA, ofB]);
  const matrixOf = (outcomes: typeof ofA): number[][] => {
    const shared = rows.map((row) => outcomes[row]!);
    return confusionMatrix(codeOutcomes(shared, comparison.task));
  };
  return rows.length === 0 ? null : [matrixOf(ofA), matrixOf(ofB)];
}
