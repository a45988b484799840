import type { Comparison } from "../../src/types/comparison.js";
import { identified } from "../identity.js";
import { comparisonOf } from "./fixture.js";
import { isUpdate, readGolden, writeGolden } from "./golden.js";

/** Not `.json`, which the formatter would claim. */
const file = "comparison.json.golden";

/**
 * Digits of a number that are kept: the last of the 17 that tell doubles apart hang on how a processor and a version of Node compute logarithms and
 * powers, so that two machines would write two files.
 */
const digits = 12;

/** A number as it is kept; anything else as it is. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(digits)) : value;

/**
 * A comparison kept as a file: golden reports are made from it, so that they change with the report alone, and not with a statistic. Made
 * anew with the golden files.
 */
export function frozenComparison(): Comparison {
  if (isUpdate) {
    const comparison = comparisonOf({
      labels: ["billing", "bug report", "cancellation", "delivery", "login"],
      testRows: 120,
      trainRows: 240,
      curveSizes: [16, 32, 64, 128],
      warnings: ["3 texts occur twice in tickets.csv; each was kept on one side of the split."],
    });
    const reason = "no server answers at http://localhost:11434";
    const failed = [{ ...identified("prompt:zero-shot@ollama:qwen3:8b", "prompt"), reason }];
    // Everything was computed from them; the report shows neither the validation rows, the scores nor the rows of curves.
    const measurements = comparison.measurements
      .filter(({ split, trainSize }) => split === "test" && trainSize === comparison.task.trainRows)
      .map((measurement) => ({ ...measurement, outcomes: measurement.outcomes.map(({ scores: _, ...outcome }) => outcome) }));
    writeGolden(file, `${JSON.stringify({ ...comparison, measurements, failed }, rounded)}\n`);
  }
  return JSON.parse(readGolden(file)) as Comparison;
}
