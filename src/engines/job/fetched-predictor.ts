/** @file What a job trained, as a predictor: of a model that is computed here like one that was trained here, of any other by the answers that came with it. */
import { open, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { UserError } from "../../lib/errors.js";
import { logitsOf, logitsSession, predictionOf } from "../../tune/classifier/classifier-logits.js";
import {
  architectureFor,
  headPooling,
  type TextClassifier,
  textClassifierGraph,
} from "../../tune/classifier/classifier-model.js";
import type { SavedDetails } from "../../tune/classifier/saved-details.js";
import { classifierPredictor } from "../../tune/classifier/text-classifier.js";
import { buildModel } from "../../tune/pretrained/build-model.js";
import { readObject } from "../../tune/pretrained/model-folder.js";
import { type Pretrained, readPretrained, weightsOf } from "../../tune/pretrained/pretrained.js";
import { tokenizeTexts } from "../../tune/pretrained/token-batch.js";
import { storedWeights } from "../../tune/pretrained/weights.js";
import { trainerState } from "../../tune/training/training-record.js";
import { readRows } from "../../tune/training/training-rows.js";
import type { FitContext, Predictor } from "../../types/approach.js";
import type { Dataset, Example, Query } from "../../types/data.js";
import type { PredictorFacts } from "../../types/identity.js";
import { type FittedLayer, foldedFiles } from "./folded-output.js";
import type { ModelSource } from "./model-source.js";
import type { TrainingOutputs } from "./outputs.js";

/** All that a predictor is made of. */
export interface FetchedModel {
  readonly outputs: TrainingOutputs;
  readonly source: Pick<ModelSource, "known">;
  /** The last layer, where it was fitted here to vectors of the job. @default the job's model has it */
  readonly output?: FittedLayer;
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  readonly mayBeEmpty: boolean;
  readonly thresholds?: readonly number[];
  /** What the job answered. */
  readonly queries: readonly Query[];
  readonly chosen: PredictorFacts["chosen"];
  readonly details: Omit<SavedDetails, "sample">;
  /** Rows that the 8-bit model is measured on. */
  readonly sample: { readonly of: "held-out" | "training"; readonly rows: readonly Example[] };
  readonly dataset: Dataset;
  readonly context: FitContext;
  readonly threads?: number;
}

/** Above so many weights a model is not computed here: they alone would take more than 4 GB. Its answers are those of the job. */
const mostParameters = 1e9;

/** The predictor. Where the model is computed here, answers of the job are compared with those that it gives here. */
export async function fetchedPredictor(model: FetchedModel): Promise<Predictor> {
  const classifier = await classifierOf(model);
  return classifier === undefined ? recordedPredictor(model) : computedPredictor(model, classifier);
}

/** The job's model as a classifier of ours; `undefined` where it can't be one. */
async function classifierOf({ outputs, source, output, labels, ...model }: FetchedModel): Promise<TextClassifier | undefined> {
  const { modelFolder, training } = outputs;
  if (training.totalParameters > mostParameters) return undefined;
  const pretrained = source.known?.pretrained ?? (await readKnown(modelFolder));
  if (pretrained === undefined) return undefined;
  const head = source.known?.head ?? { labelCount: labels.length, pooling: output?.pooling ?? headPooling(pretrained) };
  const { logits, inputIds, attentionMask } = textClassifierGraph(pretrained, head);
  const stored = storedWeights({ name: modelFolder, path: modelFolder }, pretrained.prefix);
  const fitted = output?.weights ?? {};
  const trained = weightsOf([logits], [inputIds, attentionMask]).filter(({ params }) => !Object.hasOwn(fitted, params.name));
  const weights = { ...(await stored.read(trained)), ...fitted };
  const { isMultiLabel, mayBeEmpty, thresholds } = model;
  return { pretrained, head, labels, isMultiLabel, mayBeEmpty, weights, ...(thresholds && { thresholds }) };
}

/** A model that came from the Hub straight to the job, where its family is computed here. */
async function readKnown(folder: string): Promise<Pretrained | undefined> {
  const config = await readObject({ name: folder, path: folder }, "config.json");
  try {
    if (config === undefined) return undefined;
    buildModel(config, folder);
    const pretrained = await readPretrained(folder);
    architectureFor(pretrained);
    return pretrained;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

async function computedPredictor(model: FetchedModel, classifier: TextClassifier): Promise<Predictor> {
  const { outputs, chosen, details, sample, dataset, context, threads } = model;
  await compareLogits(model, classifier);
  const some = { ...dataset, examples: sample.rows.slice(0, 500) };
  const rows = await readRows(some, labelIndicesOf(some), classifier.pretrained, { ...context, log: () => {} });
  const predictor = await classifierPredictor(classifier, {
    trained: outputs.training.trainedParameters + fittedParameters(model),
    chosen,
    details: { ...details, sample: { of: sample.of, rows } },
    ...(threads !== undefined && { threads }),
  });
  const { adapterFolder } = outputs;
  if (adapterFolder === undefined) return predictor;
  return {
    ...predictor,
    files: async () => new Map([...(await predictor.files()), ...(await filesOf(adapterFolder, "adapter"))]),
  };
}

const labelIndicesOf = (dataset: Dataset): number[][] =>
  dataset.examples.map(({ labels }) => labels.map((label) => dataset.labels.indexOf(label)));

/** Rows whose logits are computed here again, and how far they may be from the job's: rounding of float32 through a dozen layers is a hundredth of it. */
const comparedRows = 32;
const largestDifference = 1e-3;

/** Says so where the job's answers are not those of the model that it handed back. */
async function compareLogits({ outputs, queries, context, threads }: FetchedModel, classifier: TextClassifier): Promise<void> {
  const some = queries.slice(0, comparedRows);
  if (some.length === 0) return;
  const { pretrained } = classifier;
  await using session = await logitsSession(classifier, threads === undefined ? {} : { threads });
  const ids = await tokenizeTexts(
    some.map(({ text }) => text),
    pretrained,
    context.signal,
  );
  const ours = await logitsOf(session, ids, pretrained.tokenizer.padId, { signal: context.signal });
  const differences = some.map(({ id }, row) => {
    const theirs = outputs.test.get(id)!;
    return theirs.reduce((most, logit, k) => Math.max(most, Math.abs(logit - ours[row]![k]!)), 0);
  });
  const most = Math.max(...differences);
  if (most > largestDifference)
    context.log({
      kind: "note",
      text:
        `The job's logits of ${differences.filter((difference) => difference > largestDifference).length} of ${some.length} rows differ ` +
        `from those that its model has here by up to ${most.toPrecision(2)}. What is measured are the answers given here.`,
    });
}

/** A predictor that knows the job's answers and no others. */
function recordedPredictor(model: FetchedModel): Predictor {
  const { outputs, queries, chosen, output } = model;
  const { modelFolder, adapterFolder, training } = outputs;
  const byText = new Map(queries.map(({ id, text }) => [text, outputs.test.get(id)!]));
  const texts = new Map(queries.map(({ id, text }) => [id, text]));
  return {
    facts: {
      trainedParameters: training.trainedParameters + fittedParameters(model),
      totalParameters: training.totalParameters + layerParameters(output),
      promptTokens: 0,
      humanWords: 0,
      chosen,
      artifactBytes: null,
      needs: ["python"],
      isAnsweredAhead: true,
    },
    async predict(asked, { spend }) {
      // Of the machine that answered; finding an answer here takes no time worth counting.
      spend({ seconds: asked.length * training.predictSeconds });
      return asked.map(({ id, text }) => {
        const logits = texts.get(id) === text ? outputs.test.get(id) : byText.get(text);
        if (logits === undefined)
          throw new UserError(
            `The row ${JSON.stringify(id.slice(0, 100))} was not among those that the job was given, and its model is not computed here. ` +
              "Choose a model of a family that is (docs/models.md), or label the row with the model's folder in Python.",
          );
        return predictionOf(model, logits);
      });
    },
    files: async () =>
      new Map([
        ...(await filesOf(modelFolder, "")),
        // As of one that is computed here: a report draws its curves from it.
        ["trainer_state.json", Buffer.from(`${JSON.stringify(trainerState(training), null, 2)}\n`)],
        ...(output === undefined ? [] : await foldedFiles(modelFolder, output, model)),
        ...(adapterFolder === undefined ? [] : await filesOf(adapterFolder, "adapter")),
      ]),
    async [Symbol.asyncDispose]() {},
  };
}

const layerParameters = (output: FittedLayer | undefined): number =>
  Object.values(output?.weights ?? {}).reduce((total, { data }) => total + data.length, 0);

/** Numbers that were fitted here: thresholds, and the last layer where it is one. */
function fittedParameters({ thresholds, output }: FetchedModel): number {
  return output === undefined ? (thresholds?.length ?? 0) : layerParameters(output);
}

async function filesOf(folder: string, place: string): Promise<[string, Uint8Array][]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths
      .sort()
      .map(
        async (path) =>
          [[place, ...relative(folder, path).split(sep)].filter(Boolean).join("/"), await bytesOf(path)] as [string, Uint8Array],
      ),
  );
}

/** The system reads at most 2 GB at once. */
const readBytes = 2 ** 30;

async function bytesOf(path: string): Promise<Uint8Array> {
  await using file = await open(path, "r");
  const bytes = new Uint8Array((await file.stat()).size);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(readBytes, bytes.length - at), at);
    if (bytesRead === 0) throw new UserError(`${path} became shorter while it was read. Run again.`);
    at += bytesRead;
  }
  return bytes;
}
