/**
 * @file Whether labels go further where a model chooses which rows are labelled next: simulated on public datasets.
 *
 *     DATA=folder npm run bench next [NAME …]      the folder that holds trec/, sst2/, banking77/, sms-spam/ and snips/
 *
 * What was embedded and measured is kept in the OS's folder for what is temporary, so that a run that was stopped goes on.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, stderr } from "node:process";
import type { NextWay } from "../../src/upkeep/next/choose-rows.js";
import { keep, table } from "../lib/results.js";
import { mean } from "../lib/statistics.js";
import { type EmbeddedPool, embeddedPool, pools } from "./pools.js";
import { type MeasuredLabels, simulatedLabeling } from "./simulated-labeling.js";

const ways = ["random", "uncertainty", "diverse"] as const satisfies readonly NextWay[];
const seeds = Array.from({ length: Number(env["SEEDS"] ?? 10) }, (_, i) => 42 + i);
/** Labels at first and in the end. */
const [first, last] = [100, 500];
/** Labels made before the model learns anew: many times, and twice. */
const batches = [50, 200] as const;

interface Labeled {
  readonly way: NextWay;
  readonly seed: number;
  readonly points: readonly MeasuredLabels[];
}

const folder = join(tmpdir(), "bench-next");

/** Simulates every way with every seed; what the file holds of an earlier call is not done again. */
async function measured(name: string, batch: number, embedded: () => Promise<EmbeddedPool>): Promise<Labeled[]> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-${batch}.jsonl`);
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
  const all = lines.map((line) => JSON.parse(line) as Labeled).filter(({ seed }) => seeds.includes(seed));
  for (const seed of seeds) {
    for (const way of ways) {
      if (all.some((each) => each.seed === seed && each.way === way)) continue;
      const { pool, test } = await embedded();
      const start = performance.now();
      const points = await simulatedLabeling(pool, test, { way, seed, first, last, batch });
      appendFileSync(path, `${JSON.stringify({ way, seed, points })}\n`);
      all.push({ way, seed, points });
      stderr.write(`${name}, ${batch}: ${way} ${seed} in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    }
  }
  return all;
}

const percent = (share: number): string => (100 * share).toFixed(1);

function spread(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)) * (values.length / (values.length - 1)));
}

const accuraciesAt = (all: readonly Labeled[], way: NextWay, labels: number): number[] =>
  seeds.map(
    (seed) =>
      all.find((each) => each.way === way && each.seed === seed)!.points.find((point) => point.labels === labels)!.accuracy,
  );

/** The mean difference to random rows of the same seed, in points, with its standard error. */
function gain(all: readonly Labeled[], way: NextWay, labels: number): { readonly value: number; readonly error: number } {
  const [own, random] = [accuraciesAt(all, way, labels), accuraciesAt(all, "random", labels)];
  const differences = own.map((accuracy, i) => accuracy - random[i]!);
  return { value: mean(differences), error: spread(differences) / Math.sqrt(differences.length) };
}

/** Labels at which the mean accuracy first is what random rows have in the end, between two sizes on a straight line. */
function labelsToReach(all: readonly Labeled[], way: NextWay, sizes: readonly number[]): string {
  const aim = mean(accuraciesAt(all, "random", last));
  const curve = sizes.map((labels) => ({ labels, accuracy: mean(accuraciesAt(all, way, labels)) }));
  const place = curve.findIndex(({ accuracy }) => accuracy >= aim);
  if (place <= 0) return `more than ${last}`;
  const [before, after] = [curve[place - 1]!, curve[place]!];
  const share = (aim - before.accuracy) / (after.accuracy - before.accuracy);
  return Math.round(before.labels + share * (after.labels - before.labels)).toString();
}

interface MeasuredPool {
  readonly name: string;
  readonly byBatch: Readonly<Record<(typeof batches)[number], readonly Labeled[]>>;
}

function rowsOf({ name, byBatch }: MeasuredPool): string[][] {
  const sizes = byBatch[50][0]!.points.map(({ labels }) => labels);
  return ways.map((way) => {
    const at = (labels: number): string => {
      const values = accuraciesAt(byBatch[50], way, labels);
      return `${percent(mean(values))} ± ${percent(spread(values))}`;
    };
    const over = (all: readonly Labeled[], labels: number): string => {
      const { value, error } = gain(all, way, labels);
      return way === "random" ? "" : `${value < 0 ? "−" : "+"}${percent(Math.abs(value))} ± ${percent(error)}`;
    };
    return [
      name,
      way,
      ...[200, 300, 500].map(at),
      over(byBatch[50], 300),
      over(byBatch[50], last),
      way === "random" ? String(last) : labelsToReach(byBatch[50], way, sizes),
      over(byBatch[200], 300),
      over(byBatch[200], last),
    ];
  });
}

/** Pools on which a way is ahead of random rows by more than two standard errors, at half of the labels made and at the end. */
function won(all: readonly MeasuredPool[], way: NextWay): string {
  const names = (batch: (typeof batches)[number], labels: number): string => {
    const ahead = all.filter(({ byBatch }) => {
      const { value, error } = gain(byBatch[batch], way, labels);
      return value > 2 * error;
    });
    return `${ahead.length} of ${all.length}`;
  };
  return `\`${way}\` is ahead of random by more than two standard errors on ${names(50, 300)} pools at 300 labels and ${names(50, last)} at ${last}; in batches of 200 on ${names(200, 300)} and ${names(200, last)}.`;
}

/** Simulates, and keeps the table. */
export async function next(names: readonly string[]): Promise<void> {
  const data = env["DATA"];
  if (data === undefined) throw new Error("DATA names the folder of the datasets");
  const all: MeasuredPool[] = [];
  for (const one of pools) {
    if (names.length > 0 && !names.includes(one.name)) continue;
    let embedding: Promise<EmbeddedPool> | undefined;
    const embedded = (): Promise<EmbeddedPool> => (embedding ??= embeddedPool(data, one, folder));
    all.push({
      name: one.name,
      byBatch: { 50: await measured(one.name, 50, embedded), 200: await measured(one.name, 200, embedded) },
    });
  }
  if (names.length > 0) return;
  const columns = [
    "pool",
    "by",
    "200 labels",
    "300",
    "500",
    "over random at 300",
    "at 500",
    "labels for what random has with 500",
    "in batches of 200, over random at 300",
    "at 500",
  ];
  const body = [
    `A probe on MiniLM learns from ${first} random labels, then from those of the rows that it chose, 50 at a time, to ${last}; pools of up to 3,000 rows, ${seeds.length} seeds. Accuracy on the test rows in percent, ± the standard deviation over seeds; differences to random rows that begin with the same labels, in points ± the standard error.`,
    "",
    table(columns, all.flatMap(rowsOf)),
    "",
    ...ways.filter((way) => way !== "random").map((way) => won(all, way)),
  ].join("\n");
  keep("next", "Rows to label next", body, "no peer; texts of the data sets, labels hidden until they are chosen");
}
