/**
 * @file `tune:full` and `tune:lora` on another machine: the same rows, settings and seed as here, by `python/train.py`. What comes back is checked, and where
 * the model is computed here too it answers here, so that it is measured, saved and served like any other.
 */
import { settledOptions, thresholdsOf } from "../tune/fine-tuning.js";
import type { FullSettings } from "../tune/full-options.js";
import { modelName } from "../tune/pretrained/model-folder.js";
import { updatesPerEpoch } from "../tune/training/batches.js";
import { heldOutOneOf } from "../tune/training/held-out.js";
import { stepsOf } from "../tune/training/train.js";
import type { Approach } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import { engineApproach } from "./engine-approach.js";
import type { EngineTunedOptions } from "./engine-tuned-options.js";
import { fetchedPredictor } from "./job/fetched-predictor.js";
import { readTrainingOutputs, type TrainingOutputs } from "./job/outputs.js";
import type { JobWork } from "./job-pace.js";
import { chosenSettings, type PreparedFineTuning, prepareJob } from "./prepare-job.js";

/** An approach that trains through an engine. `UserError` where an option is out of its range, or has no part in a job. */
export function engineTuned(options: EngineTunedOptions): Approach {
  const { method, model } = options;
  const chosen = chosenSettings(options);
  const what = method === "full" ? "All weights" : "Adapters on all linear layers";
  return engineApproach<PreparedFineTuning, TrainingOutputs>(options, {
    method,
    summary: `${what} of ${modelName(model)} and a linear classifier on it, trained on the examples`,
    work: (dataset, texts) => plannedWork(dataset, settledOptions(dataset, chosen), texts),
    prepare: (dataset, context) => prepareJob(dataset, options, chosen, context),
    read: ({ staged }) => readTrainingOutputs(staged),
    predictor(dataset, { source, learned, heldOut, indices, queries }, outputs, rest) {
      const { labels, isMultiLabel, examples } = dataset;
      const isCut = heldOut.length > 0;
      const rows = (isCut ? heldOut : learned).map((row) => examples[row]!);
      return fetchedPredictor({
        ...rest,
        outputs,
        source,
        labels,
        isMultiLabel,
        mayBeEmpty: isMultiLabel && examples.some((example) => example.labels.length === 0),
        queries,
        ...thresholds(dataset, outputs, heldOut, indices),
        chosen: isCut ? { steps: outputs.training.bestStep } : {},
        sample: { of: isCut ? "held-out" : "training", rows },
        dataset,
        ...(options.threads !== undefined && { threads: options.threads }),
      });
    },
  });
}

/** What a job has to do by its settings; one that stops early does less. */
function plannedWork(dataset: Dataset, settings: FullSettings, texts: number): JobWork {
  const updates = stepsOf(dataset.examples.length, settings);
  const rows = dataset.examples.length;
  const oneOf = heldOutOneOf(dataset);
  const heldOut = oneOf === null ? 0 : Math.ceil(rows / oneOf);
  const evaluations = heldOut === 0 ? 0 : Math.ceil(updates / updatesPerEpoch(rows - heldOut, settings));
  return { updates, texts: texts + (evaluations + 1) * heldOut };
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
