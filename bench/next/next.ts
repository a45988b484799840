/**
 * @file Whether labels go further where a model chooses which rows are labeled next: simulated on public datasets.
 *
 *     DATA=folder npm run bench next [NAME …]      the folder that holds trec/, sst2/, banking77/, sms-spam/, snips/ and clinc150/
 *
 * What was embedded and measured is kept in the OS's folder for what is temporary, so that a run that was stopped goes on.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, stderr } from "node:process";
import type { NextWay } from "../../src/upkeep/next/choose-rows.js";
import { embeddedPool, pools } from "./pools.js";
import { type MeasuredLabels, simulatedLabeling } from "./simulated-labeling.js";

const ways = ["random", "uncertainty", "diverse"] as const satisfies readonly NextWay[];
const seeds = Array.from({ length: Number(env["SEEDS"] ?? 10) }, (_, i) => 42 + i);
const sizes = { first: 100, last: 500, batch: 50 };

interface Labeled {
  readonly way: NextWay;
  readonly seed: number;
  readonly points: readonly MeasuredLabels[];
}

/** Simulates every way with every seed; what the file holds of an earlier call is not done again. */
async function measured(data: string, one: (typeof pools)[number]): Promise<Labeled[]> {
  const folder = join(tmpdir(), "bench-next");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${one.name}.jsonl`);
  const all: Labeled[] = existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line))
    : [];
  const missing = seeds
    .flatMap((seed) => ways.map((way) => ({ seed, way })))
    .filter(({ seed, way }) => !all.some((each) => each.seed === seed && each.way === way));
  if (missing.length === 0) return all;
  const { pool, test } = await embeddedPool(data, one, folder);
  stderr.write(`${one.name}: embedded\n`);
  for (const { seed, way } of missing) {
    const start = performance.now();
    const points = await simulatedLabeling(pool, test, { way, seed, ...sizes });
    appendFileSync(path, `${JSON.stringify({ way, seed, points })}\n`);
    all.push({ way, seed, points });
    stderr.write(
      `${one.name} ${way} ${seed}: ${points.map(({ accuracy }) => (100 * accuracy).toFixed(1)).join(" ")} in ${((performance.now() - start) / 1000).toFixed(1)} s\n`,
    );
  }
  return all;
}

export async function next(names: readonly string[]): Promise<void> {
  const data = env["DATA"];
  if (data === undefined) throw new Error("DATA names the folder of the datasets");
  for (const one of pools) if (names.length === 0 || names.includes(one.name)) await measured(data, one);
}
