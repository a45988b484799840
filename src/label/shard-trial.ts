/** @file What shards take on an engine, by a small one that is labelled and thrown away. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resultsOf } from "../engines/follow-job.js";
import { readLabels, stageLabeling } from "../engines/job/label-job.js";
import type { LabelingModel } from "../engines/job/labeling-model.js";
import { formatPlural, formatSeconds } from "../lib/text/format.js";
import type { RunEngine } from "../run/engine/run-engine.js";
import type { RunEstimate } from "../types/approach.js";
import type { Query } from "../types/data.js";
import type { Elsewhere } from "./labeller.js";

/** What was found. */
export interface ShardTrial {
  readonly rows: number;
  /** Once a shard: from its being handed over to its results, without the rows. */
  readonly beginSeconds: number;
  readonly secondsPerRow: number;
}

/** Rows that are enough to tell a row's seconds from those of beginning. */
const trialRows = 500;

/** Labels some rows by a job, and keeps nothing of it. UserError where it fails. */
export async function tryShard(
  model: LabelingModel,
  queries: readonly Query[],
  { engine, wantsGpu, signal }: { readonly engine: RunEngine; readonly wantsGpu: boolean; readonly signal: AbortSignal },
): Promise<ShardTrial> {
  const rows = queries.slice(0, trialRows);
  const folder = await mkdtemp(join(tmpdir(), "crossover-job-"));
  try {
    const { answers, settings } = model;
    const staged = await stageLabeling(join(folder, "job"), {
      modelFolder: model.folder,
      labelCount: answers.labels.length,
      rows,
      settings,
    });
    let rowsPerSecond = 0;
    const read = async (): Promise<void> => {
      for await (const _ of readLabels(staged));
    };
    const began = performance.now();
    await resultsOf(engine.engine, { ...staged, wantsGpu }, read, {
      signal,
      log: () => {},
      name: "a trial",
      isTrial: true,
      stopsOnAbort: async () => true,
      hears(event) {
        if (event.kind === "labelled") rowsPerSecond = event.rows_per_second;
      },
    });
    const seconds = (performance.now() - began) / 1000;
    // Of a job that does not tell, all of its time is that of the rows: too much rather than too little.
    const secondsPerRow = Math.min(seconds / rows.length, rowsPerSecond > 0 ? 1 / rowsPerSecond : Number.POSITIVE_INFINITY);
    return { rows: rows.length, secondsPerRow, beginSeconds: seconds - secondsPerRow * rows.length };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What so many rows take in shards, as far as it is known. */
export function estimateShards(
  trial: ShardTrial | undefined,
  { rows, engine, elsewhere }: { readonly rows: number; readonly engine: RunEngine; readonly elsewhere: Elsewhere },
): RunEstimate {
  const { shardRows, jobs } = elsewhere;
  const free = { calls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };
  const { spec } = engine.engine;
  const shards = `A job labels ${formatPlural(shardRows, "row")}, ${formatPlural(jobs, "job")} at once at most.`;
  if (trial === undefined)
    return { ...free, seconds: 0, basis: `${shards} How long they take on ${spec} is not known before they run.` };
  const seconds = rows * (trial.secondsPerRow + trial.beginSeconds / shardRows);
  const basis = `${shards} The time is that of all jobs added up, by one of ${formatPlural(trial.rows, "row")} on ${spec}, which took ${formatSeconds(trial.beginSeconds)} to begin.`;
  return { ...free, seconds, machineSeconds: seconds, basis };
}
