/** @file Test answers of an approach that learned from few rows, then more: measured once, and kept in the OS's folder for what is temporary. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { curveSizes } from "../../src/compare/curves/curve-sizes.js";
import type { SizedRun } from "../../src/compare/curves/measured-arm.js";
import { nestedSubsets } from "../../src/compare/curves/nested-subset.js";
import type { Approach } from "../../src/types/approach.js";
import type { Task } from "../../src/types/data.js";

/** Sizes that a curve needs before it is fitted. */
const fewestSizes = 4;

/** What is measured, and where it is kept. */
export interface MeasuredSizes {
  readonly sizes: readonly number[];
  /** A run each up to a quarter of all rows, which curves are fitted to; beyond, where scores vary less, the first alone. */
  readonly seeds: readonly number[];
  /** A file of lines, one a run. */
  readonly path: string;
}

/**
 * `curveSizes` in steps of 2, and those in steps of √2 up to a quarter of all rows where steps of 2 leave fewer than four of them. All rows come last.
 */
export function backtestSizes({ train }: Task): number[] {
  const all = train.examples.length;
  const labels = new Set(train.examples.flatMap((example) => example.labels)).size;
  const doubling = curveSizes(all, labels, 2);
  const upToQuarter = (sizes: readonly number[]): number[] => sizes.filter((size) => size <= all / 4);
  const finer = upToQuarter(doubling).length < fewestSizes ? upToQuarter(curveSizes(all, labels, Math.SQRT2)) : [];
  return [...new Set([...doubling, ...finer, all])].sort((a, b) => a - b);
}

/** Runs of one approach. What the file holds of an earlier call is not measured again. */
export async function measuredRuns(approach: Approach, task: Task, { sizes, seeds, path }: MeasuredSizes): Promise<SizedRun[]> {
  const stored = existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean).map(parsed) : [];
  const context = { signal: new AbortController().signal, log: () => {}, spend: () => {}, useCache: true };
  const runs: SizedRun[] = [];
  const all = task.train.examples.length;
  for (const seed of seeds) {
    const subset = nestedSubsets(task.train, seed);
    for (const size of sizes) {
      if (size > all / 4 && seed !== seeds[0]) continue;
      let run = stored.find((known) => known.seed === seed && known.size === size);
      if (run === undefined) {
        const start = performance.now();
        await using predictor = await approach.fit(subset(size), { ...context, seed });
        const answers = await predictor.predict(task.test.examples, context);
        const rows = Uint8Array.from(task.test.examples, ({ labels }, row) => Number(answers[row]!.answer?.[0] === labels[0]));
        run = { seed, size, rows };
        appendFileSync(path, `${JSON.stringify({ seed, size, rows: rows.join("") })}\n`);
        process.stderr.write(`${path}: ${size} rows, seed ${seed}, ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
      }
      runs.push(run);
    }
  }
  return runs;
}

function parsed(line: string): SizedRun {
  const { seed, size, rows } = JSON.parse(line) as { seed: number; size: number; rows: string };
  return { seed, size, rows: Uint8Array.from(rows, Number) };
}
