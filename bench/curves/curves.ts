/**
 * @file Crossovers on tasks whose curves are known: how often the interval holds the truth, how often a difference is claimed where there is none, and how long
 * the statistics of a large run take.
 *
 *     npm run bench curves [TASKS]
 */
import { crossedBootstrap } from "../../src/compare/curves/crossed-bootstrap.js";
import { type Crossover, crossover } from "../../src/compare/curves/crossover.js";
import type { LabelCount } from "../../src/compare/curves/label-count.js";
import { fitLearningCurve } from "../../src/compare/curves/learning-curve.js";
import { learningCurveBand } from "../../src/compare/curves/learning-curve-band.js";
import type { MeasuredArm, SizedRun } from "../../src/compare/curves/measured-arm.js";
import { quantile } from "../../src/lib/quantile.js";
import { random } from "../../src/lib/random.js";
import { keep, table } from "../lib/results.js";
import { drawTask, randomTask, type SimulatedTask, trueCrossover } from "./simulated-task.js";

const bound = (count: LabelCount): number => count.labels ?? (count.censored === "before" ? 0 : Number.POSITIVE_INFINITY);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function crossed(task: ReturnType<typeof randomTask>, seed: number, confidence: number): Crossover | null {
  const { tuned, prompted } = drawTask(task, task.random);
  const drawn = crossedBootstrap([tuned, prompted], { seed });
  if (drawn.kind === "refused") throw new Error(drawn.reason);
  const found = crossover(drawn.arms[0]!, drawn.arms[1]!, { confidence });
  return found.kind === "refused" ? null : found;
}

/** As a run plans its curves: the training on all rows is the comparison's own. */
const asPlanned: Partial<SimulatedTask> = {
  sizes: [16, 32, 64, 128, 256, 512, 1024],
  seeds: 5,
  runsAt: (size) => (size <= 64 ? 5 : size < 1024 ? 3 : 1),
};

/** Of tasks that cross within their sizes. */
function coverageRow(name: string, tasks: number, change: Partial<SimulatedTask>, confidence: number): string[] {
  const missed = { low: 0, high: 0 };
  const factors: number[] = [];
  const ratios: number[] = [];
  let count = 0;
  for (let seed = 0; count < tasks; seed++) {
    const task = { ...randomTask(seed, "crossing"), ...change };
    const truth = trueCrossover(task);
    if (truth < task.sizes[0]! || truth > task.sizes.at(-1)!) continue;
    const found = crossed(task, seed, confidence);
    if (found === null) continue;
    count++;
    // The fewest whole labels: what lies a part of a label above is no miss.
    if (bound(found.low) > Math.ceil(truth)) missed.low++;
    if (bound(found.high) < truth) missed.high++;
    if (found.low.labels !== null && found.high.labels !== null) factors.push(found.high.labels / found.low.labels);
    if (found.labels.labels !== null) ratios.push(found.labels.labels / truth);
  }
  return [
    name,
    percent(confidence),
    String(count),
    percent(1 - (missed.low + missed.high) / count),
    `${percent(missed.low / count)}, ${percent(missed.high / count)}`,
    quantile(ratios, 0.5).toFixed(2),
    `${quantile(factors, 0.5).toFixed(1)} (${percent(factors.length / count)})`,
  ];
}

/** Of tasks whose curves are one. */
function nullRow(name: string, tasks: number, change: Partial<SimulatedTask>): string[] {
  const claims = { tuned: 0, prompted: 0 };
  for (let seed = 0; seed < tasks; seed++) {
    const average = crossed({ ...randomTask(seed, "null"), ...change }, seed, 0.95)?.probabilities.at(-1)?.average ?? 0.5;
    if (average >= 0.975) claims.tuned++;
    if (average <= 0.025) claims.prompted++;
  }
  return [name, String(tasks), percent(claims.tuned / tasks), percent(claims.prompted / tasks)];
}

/** Of this process: other programs on the machine do not count. */
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Processor time of all intervals of a run with 5,000 test rows, 10 approaches, 10 sizes and 5 runs. */
function seconds(): { readonly drawing: number; readonly crossing: number; readonly fitting: number } {
  const draw = random(1, "time");
  const arms = Array.from({ length: 10 }, (): MeasuredArm => {
    const runs: SizedRun[] = [];
    for (let size = 16; size <= 16 * 2 ** 9; size *= 2) {
      const right = 0.95 - 2 * size ** -0.6 * (0.5 + draw.uniform());
      for (let seed = 0; seed < 5; seed++) {
        runs.push({ size, seed, rows: Uint8Array.from({ length: 5000 }, () => Number(draw.uniform() < right)) });
      }
    }
    return { kind: "curve", runs };
  });
  const start = cpuSeconds();
  const drawn = crossedBootstrap(arms);
  if (drawn.kind === "refused") throw new Error(drawn.reason);
  const afterDrawing = cpuSeconds();
  for (const arm of drawn.arms.slice(1)) crossover(arm, drawn.arms[0]!);
  const afterCrossing = cpuSeconds();
  for (const arm of drawn.arms) {
    const points = arm.sizes.map((size, at) => ({ size, score: arm.scores[at]!, runs: arm.runCounts[at]! }));
    const curve = fitLearningCurve(points);
    if (curve.kind === "fitted") learningCurveBand(curve, points, arm.means, [16, 64, 256, 1024, 4096, 16384]);
  }
  const end = cpuSeconds();
  return {
    drawing: afterDrawing - start,
    crossing: afterCrossing - afterDrawing,
    fitting: end - afterCrossing,
  };
}

/** Runs all of it, and keeps the tables. */
export async function curves([given = "400"]: readonly string[]): Promise<void> {
  const tasks = Number(given);
  const time = seconds();
  const covered = [
    coverageRow("3 to 5 runs, 200 to 2,000 rows", tasks, {}, 0.9),
    coverageRow("the same", tasks, {}, 0.95),
    coverageRow("prompted arm a line", tasks / 2, { prompted: 0.75 }, 0.9),
    coverageRow("3 runs", tasks / 2, { seeds: 3 }, 0.9),
    coverageRow("5 runs", tasks / 2, { seeds: 5 }, 0.9),
    coverageRow("5 runs to 64 labels, then 3, 1 of all", tasks / 2, asPlanned, 0.9),
    coverageRow("2 runs", tasks / 2, { seeds: 2 }, 0.9),
    coverageRow("1 run", tasks / 2, { seeds: 1 }, 0.9),
    coverageRow("50 rows", tasks / 2, { rows: 50 }, 0.9),
    coverageRow("large luck of runs (5 points at 16 labels)", tasks / 2, { runDeviation: 0.05 }, 0.9),
  ];
  const nulls = [
    nullRow("3 to 5 runs, 200 to 2,000 rows", tasks, {}),
    nullRow("5 runs to 64 labels, then 3, 1 of all", tasks / 2, asPlanned),
    nullRow("2 runs", tasks / 2, { seeds: 2 }),
    nullRow("1 run", tasks / 2, { seeds: 1 }),
    nullRow("50 rows", tasks / 2, { rows: 50 }),
  ];
  const body = [
    "Tasks drawn at random: power laws through a known crossing within the sizes measured, 16 labels by doubling to 512 to 4,096; each run has its luck (1 to 5 points at 16 labels, less at more), a part of which a seed keeps over all sizes; rows are hard for both arms alike, for one of them, or for one run.",
    table(
      [
        "crossing tasks",
        "interval",
        "tasks",
        "n* covered",
        "interval above, below",
        "n* / truth, median",
        "high / low, median (both in sight)",
      ],
      covered,
    ),
    "With one run at each size nothing is known of its luck: `coversRuns` is false, and the interval holds the truth less often than it says.",
    "Tasks in which both curves are one; a claim is P ≥ .975 or ≤ .025 at the largest size, as a 95 % interval makes it.",
    table(["null tasks", "tasks", "“tuned better”", "“prompted better”"], nulls),
    `5,000 test rows × 10 approaches × 10 sizes × 5 runs, 2,000 replicates, processor time: ${time.drawing.toFixed(1)} s to draw, ${time.crossing.toFixed(1)} s for 9 crossovers, ${time.fitting.toFixed(1)} s for 10 fitted curves with their bands.`,
  ].join("\n\n");
  keep("curves", "Crossovers of known curves", body, `${tasks} tasks`);
}
