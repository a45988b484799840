/**
 * @file An approach whose fits are jobs of an engine, whatever they train: a job is staged, had done in its turn, and what comes back is made a predictor.
 */
import { contentHash } from "../data/content-hash.js";
import { owning } from "../lib/disposables.js";
import { throwIfAborted } from "../lib/errors.js";
import type { SavedDetails } from "../tune/classifier/saved-details.js";
import { modelName } from "../tune/pretrained/model-folder.js";
import type { ClassWeight } from "../tune/regression/class-weights.js";
import { trainingArguments } from "../tune/training/training-record.js";
import type { Approach, BeginContext, FitContext, Predictor } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { EngineUseOptions } from "./engine-tuned-options.js";
import { type FinishedJob, finishJob, resultsOf } from "./follow-job.js";
import type { JobMethod } from "./job/job.js";
import type { TrainingOutputs } from "./job/outputs.js";
import { type SharedModels, sharedModels } from "./job/shared-models.js";
import { readTrial } from "./job/trial-outputs.js";
import { type JobWork, jobPace } from "./job-pace.js";
import { toldJob } from "./job-teller.js";
import type { PrepareContext, PreparedJob } from "./prepare-job.js";

/** What is common to the results of all ways. */
type Results = Pick<TrainingOutputs, "training">;

/** What comes with results where a predictor is made of them. */
export interface PredictorContext {
  /** For its card: all but the rows that the 8-bit model is measured on. */
  readonly details: Omit<SavedDetails, "sample">;
  readonly context: FitContext;
}

/** What a way of training has of its own. */
export interface EngineWay<Prepared extends PreparedJob, Outputs extends Results> {
  readonly method: JobMethod;
  /** What is trained, as a sentence without its end: `All weights of X, trained on the examples`. */
  readonly summary: string;
  /** What a job has to do by its settings. */
  work(dataset: Dataset, texts: number): JobWork;
  prepare(dataset: Dataset, context: PrepareContext): Promise<Prepared>;
  /** Reads and checks what is in the job's `out/`. */
  read(prepared: Prepared): Promise<Outputs>;
  predictor(dataset: Dataset, prepared: Prepared, outputs: Outputs, context: PredictorContext): Promise<Predictor>;
}

/** A fit that was begun. */
interface Begun<Prepared, Outputs> {
  readonly prepared: Prepared;
  /** Handled also where nobody waits for it. */
  readonly job: Promise<FinishedJob<Outputs>>;
}

/** Updates and texts that a trial times. */
const trialUpdates = 20;
const trialTexts = 64;

/** The approach of a way. */
export function engineApproach<Prepared extends PreparedJob, Outputs extends Results>(
  options: EngineUseOptions & { readonly model: string; readonly classWeight?: ClassWeight },
  way: EngineWay<Prepared, Outputs>,
): Approach {
  const { engine, model, classWeight = "none", stopsOnAbort, turns = (work) => work() } = options;
  const { method } = way;
  const name = `tune:${method}`;
  const begun = new Map<string, Begun<Prepared, Outputs>>();
  const pace = jobPace({ approach: name, spec: engine.spec });
  const keyOf = (dataset: Dataset, { checkpointFolder, seed }: Pick<FitContext, "checkpointFolder" | "seed">): string =>
    checkpointFolder ?? `${seed} ${contentHash(dataset.examples)}`;

  const shared = new Map<string, SharedModels>();
  /** Models of a run, read and hashed once by this approach. */
  const sharedIn = ({ sharedFolder: folder }: Pick<FitContext, "sharedFolder">): Pick<PrepareContext, "shared"> => {
    if (folder === undefined) return {};
    const models = shared.get(folder) ?? sharedModels(folder);
    shared.set(folder, models);
    return { shared: models };
  };
  const toldNotes = new Set<string>();
  /** Stages a job, and has it done once its turn has come. */
  const start = async (dataset: Dataset, context: BeginContext): Promise<Begun<Prepared, Outputs>> => {
    throwIfAborted(context.signal);
    const prepared = await way.prepare(dataset, { ...context, ...sharedIn(context) });
    const { signal, log } = context;
    const { updates: total } = way.work(dataset, 0);
    const told = { phase: "training", subject: engine.spec, total, signal, log, toldNotes, turns } as const;
    const job = toldJob(told, (log) =>
      finishJob(engine, prepared.staged, () => way.read(prepared), {
        signal,
        log,
        name,
        ...(stopsOnAbort && { stopsOnAbort }),
      }),
    );
    // What goes wrong is thrown to who waits for it.
    job.catch(() => {});
    return { prepared, job };
  };

  return {
    name,
    arm: "tune",
    method,
    model: modelName(model),
    summary: `${way.summary} by ${engine.spec}.`,
    estimate: async (dataset, queries) => pace.expected(way.work(dataset, queries.length)),
    async trial(dataset, { checkpointFolder: _, ...context }) {
      const queries = context.queries.slice(0, trialTexts);
      await using prepared = await way.prepare(dataset, { ...context, queries, trial: trialUpdates });
      const { staged } = prepared;
      const followed = { ...context, name: `the trial of ${name}`, isTrial: true, stopsOnAbort: async () => true };
      const began = performance.now();
      const { outputs, seconds = 0 } = await resultsOf(engine, staged, () => readTrial(staged), followed);
      pace.tried(outputs, Math.max(0, (performance.now() - began) / 1000 - seconds));
    },
    async begin(dataset, context) {
      const key = keyOf(dataset, context);
      if (!begun.has(key)) begun.set(key, await start(dataset, context));
    },
    fit: (dataset, context) =>
      owning(async (held) => {
        const key = keyOf(dataset, context);
        const { prepared, job } = begun.get(key) ?? (await start(dataset, { queries: options.queries ?? [], ...context }));
        begun.delete(key);
        held.use(prepared);
        const waitedFrom = performance.now();
        const { outputs, seconds } = await job;
        // The cost is what the job took by its own clock, wherever it waited and whoever waited for it.
        const waited = (performance.now() - waitedFrom) / 1000;
        if (seconds > 0) pace.ended(way.work(dataset, prepared.queries.length), seconds);
        context.spend({ labels: dataset.examples.length, ...(seconds > 0 && { seconds: seconds - waited }) });
        const { learningRate } = outputs.training;
        const details = {
          approach: name,
          seed: context.seed,
          data: { name: dataset.name, rows: dataset.examples.length, hash: contentHash(dataset.examples) },
          settings: trainingArguments({ ...prepared.settings, learningRate, classWeight, engine: engine.spec }),
          training: outputs.training,
        };
        return held.use(await way.predictor(dataset, prepared, outputs, { details, context }));
      }),
  };
}
