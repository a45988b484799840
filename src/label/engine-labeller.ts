/**
 * @file A tuned model that labels by jobs of an engine: a shard of the rows is a job. Its folder stays until the rows are written, so whoever goes on after a
 * kill finds the job that runs, or its answers.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { calibrated } from "../compare/calibration/score-calibration.js";
import { noFacts } from "../compare/define-approach.js";
import { resultsOf } from "../engines/follow-job.js";
import { readLabels, stageLabeling } from "../engines/job/label-job.js";
import { type LabelingModel, labelingModel } from "../engines/job/labeling-model.js";
import { sharedModels } from "../engines/job/shared-models.js";
import type { RunEngine } from "../run/engine/run-engine.js";
import { predictionOf } from "../tune/classifier/classifier-logits.js";
import type { PredictContext } from "../types/approach.js";
import type { ScoreCalibration } from "../types/cascade.js";
import type { Query } from "../types/data.js";
import type { ProgressEvent } from "../types/events.js";
import type { Prediction } from "../types/prediction.js";
import type { AnswerColumns, Elsewhere, LabellerPlan, OpenLabeller } from "./labeller.js";
import { estimateShards, type ShardTrial, tryShard } from "./shard-trial.js";
import { fingerprintsOf } from "./tuned-labeller.js";

/** A tuned model that was read for jobs. */
export interface ModelElsewhere {
  readonly folder: string;
  /** What its scores are calibrated by. */
  readonly calibration: ScoreCalibration | null;
  /** @default neither probabilities nor who answered */
  readonly columns?: AnswerColumns;
}

/**
 * The plan of labeling with `--model` and `--engine`: the answers that the model gives here, so that a file may be gone on with either way. What is wrong
 * with the folder or the engine is a UserError.
 */
export async function planElsewhere(
  { folder, calibration, columns }: ModelElsewhere,
  elsewhere: Elsewhere,
): Promise<LabellerPlan> {
  const model = await labelingModel(folder);
  const { labels, isMultiLabel } = model.answers;
  const { shardRows, jobs } = elsewhere;
  const engine = await elsewhere.open();
  let tried: ShardTrial | undefined;
  return {
    name: folder,
    ...(columns && { columns }),
    labels,
    isMultiLabel,
    ...(await fingerprintsOf(folder, { labels, calibration })),
    notes: [],
    pieceRows: shardRows,
    // One waits, so that an engine has as many as it may have while the first one is written.
    piecesAhead: jobs,
    engine,
    async trial(queries, signal) {
      // What is billed is not tried without being asked for.
      if (engine.engine.isBilled === true || queries.length === 0) return;
      tried = await tryShard(model, queries, { engine, wantsGpu: elsewhere.wantsGpu, signal });
    },
    estimate: async (queries) => estimateShards(tried, { rows: queries.length, engine, elsewhere }),
    open: async () => shardLabeller({ model, calibration, elsewhere, engine, keepsScores: columns?.probabilities === true }),
  };
}

interface ShardLabeling {
  readonly model: LabelingModel;
  readonly calibration: ScoreCalibration | null;
  readonly elsewhere: Elsewhere;
  readonly engine: RunEngine;
  /** Whether the probabilities of all labels are written. */
  readonly keepsScores: boolean;
}

function shardLabeller({ model, calibration, elsewhere, engine, keepsScores }: ShardLabeling): OpenLabeller {
  const { answers } = model;
  const claim = folderClaims(elsewhere.folder);
  const shared = sharedModels(join(elsewhere.folder, "models"));
  /** Folders of shards that are not written yet. */
  const folders = new Map<readonly Query[], string>();
  const failing = new AbortController();
  const onNote = onceEach(elsewhere.onEvent);

  const label = async (queries: readonly Query[], signal: AbortSignal, log: PredictContext["log"]): Promise<Prediction[]> => {
    signal.throwIfAborted();
    const folder = claim(queries);
    folders.set(queries, folder);
    const { labels } = answers;
    const staged = await stageLabeling(folder, {
      modelFolder: model.folder,
      labelCount: labels.length,
      rows: queries,
      settings: model.settings,
      shared,
    });
    const read = async (): Promise<Prediction[]> => {
      const found: Prediction[] = [];
      for await (const { logits } of readLabels(staged)) {
        const said = calibrated(predictionOf(answers, logits), calibration, answers);
        found.push(keepsScores ? said : asWritten(said));
      }
      return found;
    };
    const job = { ...staged, wantsGpu: elsewhere.wantsGpu };
    const { outputs } = await resultsOf(engine.engine, job, read, { signal, log, name: "labeling" });
    return outputs;
  };

  return {
    facts: noFacts,
    async predict(queries, context) {
      const signal = AbortSignal.any([context.signal, failing.signal]);
      const tell = (done: number): void => context.log({ kind: "progress", phase: "predicting", done, total: queries.length });
      const log = (event: ProgressEvent): void => {
        if (event.kind === "note") onNote(event);
        else if (event.phase === "labeling") tell(event.done);
      };
      try {
        const found = await engine.turns(() => label(queries, signal, log));
        tell(queries.length);
        return found;
      } catch (error) {
        // Nobody waits for the jobs beside one that failed: they run on, and are found again.
        failing.abort(error);
        throw error;
      }
    },
    async written(queries) {
      const folder = folders.get(queries);
      folders.delete(queries);
      if (folder !== undefined) await rm(folder, removal);
    },
    async finished() {
      await engine.engine.end();
      await rm(elsewhere.folder, removal);
    },
    files: async () => new Map(),
    async [Symbol.asyncDispose]() {},
  };
}

/** A process that has just ended may still be written down in what is removed. */
const removal = { recursive: true, force: true, maxRetries: 5 } as const;

/** Without the probabilities of labels that were not given, which are not written: a hundred labels of many rows are much memory. */
function asWritten({ scores, ...said }: Prediction): Prediction {
  const [only, ...others] = said.answer ?? [];
  if (scores === undefined || only === undefined || others.length > 0) return said;
  return { ...said, scores: { [only]: scores[only]! } };
}

/**
 * Names the folder of a shard by its texts, so that the same shard finds it again. Shards of equal texts have one each; those that are there already, which
 * a process that was killed has left, come first.
 */
function folderClaims(folder: string): (queries: readonly Query[]) => string {
  const claimed = new Set<string>();
  return (queries) => {
    const hash = createHash("sha256");
    for (const { text } of queries) hash.update(`${Buffer.byteLength(text)}:${text}`);
    const prefix = hash.digest("hex").slice(0, 16);
    const there = existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9a-f]{16}-\d+$/.test(name)) : [];
    const left = there.find((name) => name.startsWith(prefix) && !claimed.has(name));
    let number = 0;
    while (claimed.has(`${prefix}-${number}`)) number++;
    const name = left ?? `${prefix}-${number}`;
    claimed.add(name);
    return join(folder, name);
  };
}

/** Each note once: jobs of one file say the same of themselves. */
function onceEach(onEvent: Elsewhere["onEvent"]): (note: Extract<ProgressEvent, { readonly kind: "note" }>) => void {
  const told = new Set<string>();
  return (note) => {
    if (told.has(note.text)) return;
    told.add(note.text);
    onEvent(note);
  };
}
