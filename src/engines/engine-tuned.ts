/**
 * @file `tune:full` and `tune:lora` on another machine: the same rows, settings and seed as here, by `python/train.py`. What comes back is checked, and where
 * the model is computed here too it answers here, so that it is measured, saved and served like any other.
 */
import { contentHash } from "../data/content-hash.js";
import { owning } from "../lib/disposables.js";
import { throwIfAborted } from "../lib/errors.js";
import { settledOptions, thresholdsOf } from "../tune/fine-tuning.js";
import type { FullSettings } from "../tune/full-options.js";
import { modelName } from "../tune/pretrained/model-folder.js";
import { updatesPerEpoch } from "../tune/training/batches.js";
import { heldOutOneOf } from "../tune/training/held-out.js";
import { stepsOf } from "../tune/training/train.js";
import { trainingArguments } from "../tune/training/training-record.js";
import type { Approach, BeginContext, FitContext, Predictor } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { EngineTunedOptions } from "./engine-tuned-options.js";
import { type FinishedJob, finishJob, resultsOf } from "./follow-job.js";
import { fetchedPredictor } from "./job/fetched-predictor.js";
import type { TrainingOutputs } from "./job/outputs.js";
import { readTrial } from "./job/trial-outputs.js";
import { type JobWork, jobPace } from "./job-pace.js";
import { toldJob } from "./job-teller.js";
import { chosenSettings, type PreparedJob, prepareJob } from "./prepare-job.js";

/** A fit that was begun. */
interface Begun {
  readonly prepared: PreparedJob;
  /** Handled also where nobody waits for it. */
  readonly job: Promise<FinishedJob>;
}

/** An approach that trains through an engine. `UserError` where an option is out of its range, or has no part in a job. */
export function engineTuned(options: EngineTunedOptions): Approach {
  const { engine, method, model, classWeight = "none", stopsOnAbort, turns = (work) => work() } = options;
  const chosen = chosenSettings(options);
  const name = `tune:${method}`;
  const what = method === "full" ? "All weights" : "Adapters on all linear layers";
  const begun = new Map<string, Begun>();
  const pace = jobPace({ approach: name, spec: engine.spec });
  const workOf = (dataset: Dataset, texts: number): JobWork => plannedWork(dataset, settledOptions(dataset, chosen), texts);
  const keyOf = (dataset: Dataset, { checkpointFolder, seed }: Pick<FitContext, "checkpointFolder" | "seed">): string =>
    checkpointFolder ?? `${seed} ${contentHash(dataset.examples)}`;

  const toldNotes = new Set<string>();
  /** Stages a job, and has it done once its turn has come. */
  const start = async (dataset: Dataset, context: BeginContext): Promise<Begun> => {
    throwIfAborted(context.signal);
    const prepared = await prepareJob(dataset, options, chosen, context);
    const { signal, log } = context;
    const { updates: total } = workOf(dataset, 0);
    const told = { phase: "training", subject: engine.spec, total, signal, log, toldNotes, turns } as const;
    const job = toldJob(told, (log) =>
      finishJob(engine, prepared.staged, { signal, log, name, ...(stopsOnAbort && { stopsOnAbort }) }),
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
    summary: `${what} of ${modelName(model)} and a linear classifier on it, trained on the examples by ${engine.spec}.`,
    estimate: async (dataset, queries) => pace.expected(workOf(dataset, queries.length)),
    async trial(dataset, { checkpointFolder: _, ...context }) {
      const queries = context.queries.slice(0, trialTexts);
      await using prepared = await prepareJob(dataset, options, chosen, { ...context, queries, trial: trialUpdates });
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
        if (seconds > 0) pace.ended(workOf(dataset, prepared.queries.length), seconds);
        context.spend({ labels: dataset.examples.length, ...(seconds > 0 && { seconds: seconds - waited }) });
        const settings = trainingArguments({
          ...prepared.settings,
          learningRate: outputs.training.learningRate,
          classWeight,
          engine: engine.spec,
        });
        const details = {
          approach: name,
          seed: context.seed,
          data: { name: dataset.name, rows: dataset.examples.length, hash: contentHash(dataset.examples) },
          settings,
          training: outputs.training,
        };
        return held.use(await predictorOf(dataset, prepared, { outputs, details, context, ...threadsOf(options) }));
      }),
  };
}

/** Updates and texts that a trial times. */
const trialUpdates = 20;
const trialTexts = 64;

/** What a job has to do by its settings; one that stops early does less. */
function plannedWork(dataset: Dataset, settings: FullSettings, texts: number): JobWork {
  const updates = stepsOf(dataset.examples.length, settings);
  const rows = dataset.examples.length;
  const oneOf = heldOutOneOf(dataset);
  const heldOut = oneOf === null ? 0 : Math.ceil(rows / oneOf);
  const evaluations = heldOut === 0 ? 0 : Math.ceil(updates / updatesPerEpoch(rows - heldOut, settings));
  return { updates, texts: texts + (evaluations + 1) * heldOut };
}

const threadsOf = ({ threads }: EngineTunedOptions): { readonly threads?: number } => (threads === undefined ? {} : { threads });

function predictorOf(
  dataset: Dataset,
  { source, learned, heldOut, indices, queries }: PreparedJob,
  rest: Pick<Parameters<typeof fetchedPredictor>[0], "outputs" | "details" | "context" | "threads">,
): Promise<Predictor> {
  const { labels, isMultiLabel, examples } = dataset;
  const isCut = heldOut.length > 0;
  const rows = (isCut ? heldOut : learned).map((row) => examples[row]!);
  return fetchedPredictor({
    ...rest,
    source,
    labels,
    isMultiLabel,
    mayBeEmpty: isMultiLabel && examples.some((example) => example.labels.length === 0),
    queries,
    ...thresholds(dataset, rest.outputs, heldOut, indices),
    chosen: isCut ? { steps: rest.outputs.training.bestStep } : {},
    sample: { of: isCut ? "held-out" : "training", rows },
    dataset,
  });
}

/** With several labels a row: thresholds by the rows that were held out. */
function thresholds(
  { isMultiLabel, examples, labels }: Dataset,
  { validation }: TrainingOutputs,
  heldOut: readonly number[],
  indices: readonly (readonly number[])[],
): { readonly thresholds?: readonly number[] } {
  if (!isMultiLabel || heldOut.length === 0) return {};
  const logits = Float32Array.from(heldOut.flatMap((row) => [...validation.get(examples[row]!.id)!]));
  return {
    thresholds: thresholdsOf(
      logits,
      heldOut.map((row) => indices[row]!),
      labels.length,
    ),
  };
}
