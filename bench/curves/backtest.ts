/**
 * @file How well a learning curve foretells what more labels bring, on public datasets: fitted to sizes up to a quarter of the rows, held against
 * what was measured with all of them.
 *
 *     DATA=folder npm run bench backtest      the folder that holds trec/, sst2/, banking77/, snips/, clinc150/ and imdb/
 *
 * What was embedded and measured is kept in the OS's folder for what is temporary, so that a run that was stopped goes on.
 */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import type { CurveFamily } from "../../src/compare/curves/curve-families.js";
import { interpolator } from "../../src/compare/curves/curve-interpolation.js";
import type { SizedRun } from "../../src/compare/curves/measured-arm.js";
import { openEmbeddingCache } from "../../src/store/embedding-cache.js";
import { loadEncoder } from "../../src/tune/pretrained/encoder.js";
import { tune } from "../../src/tune/tune.js";
import type { Task } from "../../src/types/data.js";
import { keep, table } from "../lib/results.js";
import { mean } from "../lib/statistics.js";
import { backtestTasks, readBacktestTask } from "./backtest-tasks.js";
import { type Foretold, foretell, isCovered, scoreAt } from "./foretold.js";
import { backtestSizes, measuredRuns } from "./measured-points.js";
import { publishedCurves } from "./published-curves.js";

/** A dataset with what was measured of the probe. */
interface Measured {
  readonly name: string;
  readonly task: Task;
  readonly sizes: readonly number[];
  readonly runs: readonly SizedRun[];
  readonly chance: number;
}

const publishedSizes = [32, 128, 512, 2048, 8192];

const points = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
const count = (rows: number): string => rows.toLocaleString("en-US");

/** The share of test rows of the label that most training rows have. */
function accuracyOfMajority({ train, test }: Task): number {
  const counts = new Map<string, number>();
  for (const { labels } of train.examples) counts.set(labels[0]!, (counts.get(labels[0]!) ?? 0) + 1);
  const [most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return mean(test.examples.map(({ labels }) => Number(labels[0] === most)));
}

async function measureAll(data: string, names: readonly string[]): Promise<Measured[]> {
  const folder = join(tmpdir(), "bench-backtest");
  mkdirSync(folder, { recursive: true });
  using cache = await openEmbeddingCache(join(folder, "embeddings.db"));
  await using encoder = await loadEncoder("minilm-l6", { cache });
  const probe = tune({ encoder, method: "probe" });
  const all: Measured[] = [];
  for (const one of backtestTasks) {
    if (names.length > 0 && !names.includes(one.name)) continue;
    const task = await readBacktestTask(data, one);
    const sizes = backtestSizes(task);
    // What is below the curve's own sizes stands beside the published curves alone.
    const below = Object.hasOwn(publishedCurves, one.name) ? publishedSizes.filter((size) => size < sizes[0]!) : [];
    const seeds = Array.from({ length: one.runs }, (_, run) => 42 + run);
    // Named by its rows: what was measured of others says nothing of these.
    const path = join(folder, `${one.name}-probe-${task.trainHash.slice(0, 8)}-${task.testHash.slice(0, 8)}.jsonl`);
    const runs = await measuredRuns(probe, task, { sizes: [...below, ...sizes], seeds, path });
    all.push({ name: one.name, task, sizes, runs, chance: accuracyOfMajority(task) });
  }
  return all;
}

/** All rows, foretold from the sizes up to a part of them. */
function foretoldOfAll(one: Measured, part: number, families?: readonly CurveFamily[]): Foretold | undefined {
  const { runs, chance, task, sizes } = one;
  const all = task.train.examples.length;
  const onCurve = runs.filter(({ size }) => size >= sizes[0]!);
  return foretell(onCurve, all * part, [all], chance, families)[0];
}

/** From sizes up to N/4; where they are too few for a curve, up to N/2. */
function foretoldRow(one: Measured): string[] {
  const { task, name } = one;
  const early = foretoldOfAll(one, 1 / 4);
  const found = early ?? foretoldOfAll(one, 1 / 2);
  const rows = [
    found === early ? name : `${name} (up to N/2)`,
    count(task.train.examples.length),
    count(task.test.examples.length),
  ];
  if (found === undefined) return [...rows, "refused", "", "", "", "", "", "", "", ""];
  const { fitted, shape, predicted, low, high, measured, last } = found;
  return [
    ...rows,
    fitted.map(count).join(" "),
    String(new Set(one.runs.map(({ seed }) => seed)).size),
    shape,
    points(predicted),
    `${points(low)} to ${points(high)}`,
    points(measured),
    signed(predicted - measured),
    isCovered(found) ? "yes" : "**no**",
    signed(last - measured),
  ];
}

function summaryRow(name: string, found: readonly Foretold[]): string[] {
  const error = (predicted: (one: Foretold) => number): number[] => found.map((one) => predicted(one) - one.measured);
  const curve = error(({ predicted }) => predicted);
  const naive = error(({ last }) => last);
  const absolute = (errors: readonly number[]): string => points(mean(errors.map(Math.abs)));
  return [
    name,
    String(found.length),
    absolute(curve),
    signed(mean(curve)),
    absolute(naive),
    `${found.filter(isCovered).length} of ${found.length}`,
    points(mean(found.map(({ low, high }) => (high - low) / 2))),
  ];
}

/** Every larger size, foretold from every cut of the curve, by how far beyond it lies. */
function cuts(all: readonly Measured[]): string[][] {
  const found = all.flatMap(({ sizes, runs, chance }) => {
    const onCurve = runs.filter(({ size }) => size >= sizes[0]!);
    return sizes.slice(0, -1).flatMap((largest) => {
      const larger = sizes.filter((size) => size > largest);
      return foretell(onCurve, largest, larger, chance).map((one) => ({ times: one.size / largest, one }));
    });
  });
  const bins = [
    ["up to 2 times", 1, 2.1],
    ["2 to 4 times", 2.1, 4.2],
    ["4 to 8 times", 4.2, 8],
  ] as const;
  return bins.map(([name, from, to]) =>
    summaryRow(
      name,
      found.filter(({ times }) => times > from && times <= to).map(({ one }) => one),
    ),
  );
}

function publishedRows(all: readonly Measured[]): string[][] {
  return all.flatMap(({ name, task, runs }) => {
    const published = publishedCurves[name];
    if (published === undefined) return [];
    const measured = [...new Set(runs.map(({ size }) => size))].sort((a, b) => a - b);
    const rows = task.train.examples.length;
    const sizes = publishedSizes.filter((size) => size <= rows);
    const ours = interpolator(measured, sizes)(measured.map((size) => scoreAt(runs, size)));
    const cells = (scoreOf: (size: number, at: number) => string | undefined): string[] =>
      publishedSizes.map((size, at) => scoreOf(size, at) ?? "–");
    return [
      [
        name,
        "ours: probe on MiniLM-L6, 23 M",
        ...cells((size, at) => (size <= rows ? points(ours[at]!) : undefined)),
        `${points(scoreAt(runs, rows))} (${count(rows)})`,
      ],
      [name, "Llama-2-7B, fine-tuned", ...cells((size) => published.fineTuned[size]?.toFixed(1)), ""],
      [
        name,
        "Llama-2-7B, random shots in the prompt",
        ...publishedSizes.map(() => ""),
        Object.entries(published.randomShots)
          .map(([shots, score]) => `${score.toFixed(1)} (${count(Number(shots))})`)
          .join(", "),
      ],
      ...(published.retrievedTen === undefined
        ? []
        : [
            [
              name,
              "Llama-2-7B, 10 retrieved shots",
              ...publishedSizes.map(() => ""),
              `${published.retrievedTen.toFixed(1)} (all to retrieve from)`,
            ],
          ]),
    ];
  });
}

/** `npm run bench backtest`, of all datasets or of those named. */
export async function backtest(names: readonly string[]): Promise<void> {
  const { DATA } = env;
  if (DATA === undefined)
    throw new Error("Set DATA to the folder that holds trec/, sst2/, banking77/, snips/, clinc150/ and imdb/.");
  const all = await measureAll(DATA, names);
  const columns = [
    "dataset",
    "rows",
    "test rows",
    "fitted to",
    "runs",
    "shape",
    "foretold",
    "95 % interval",
    "measured",
    "error",
    "covered",
    "last value's error",
  ];
  const foretold = (part: number, families?: readonly CurveFamily[]): Foretold[] =>
    all.flatMap((one) => foretoldOfAll(one, part, families) ?? []);
  const families = ["pow3", "pow4", "mmf4", "last1"] as const;
  const summary = [
    summaryRow("N from up to N/4", foretold(1 / 4)),
    ...families.map((family) => summaryRow(`the same, ${family} always`, foretold(1 / 4, [family]))),
    summaryRow("N from up to N/2", foretold(1 / 2)),
    ...cuts(all).map(([name, ...cells]) => [`every larger size from every cut, ${name}`, ...cells]),
  ];
  const body = [
    "`tune:probe` on the bundled encoder. Sizes are those of a run in steps of 2 (of √2 up to N/4 where steps of 2 leave fewer than four of them): as many runs as the table says up to N/4, one beyond. Accuracy in percent, errors in points: what was foretold less what was measured. SNIPS has no test rows, so its validation rows serve; where fewer rows stand here than a dataset has, they are the first of a shuffle. Of CLINC150's test rows 18 % are out of scope, of its training rows 0.7 %, which holds down what can be scored there.",
    table(
      columns,
      all.map((one) => foretoldRow(one)),
    ),
    table(
      [
        "foretold",
        "cases",
        "mean absolute error",
        "mean error",
        "of the last value",
        "covered by the 95 % interval",
        "half its width",
      ],
      summary,
    ),
    "Cuts of one curve are no independent cases: they share rows and runs.",
    "Beside published curves (Bertsch et al., arXiv 2405.00200), by labels; ours straight in log n between measured sizes:",
    table(["dataset", "approach", ...publishedSizes.map(count), "at other numbers of labels"], publishedRows(all)),
    "Most likely why they differ: ours is a linear head on the frozen vectors of a small encoder that was trained to bring sentences of one meaning together. Intents are such meanings, so that few labels name what the vectors tell apart already, where a fine-tuned model of 7 B has to find it; what a question asks for (TREC) is no such meaning, and the head is flat where trained weights still rise. Examples that are retrieved for each text do by similarity much of what our head does, with all rows to choose from.",
  ].join("\n\n");
  keep("backtest", "Learning curves foretold", body, "beside other programs");
}
