/** @file A linear classifier on TF-IDF vectors: answers, and is written as a folder and read from one. */
import { join } from "node:path";
import { z } from "zod";
import { throwIfAborted, UserError } from "../../lib/errors.js";
import type { Predictor } from "../../types/approach.js";
import type { PredictorFacts } from "../../types/identity.js";
import { problemTypes } from "../classifier/classifier-model.js";
import { withManifest } from "../classifier/manifest.js";
import { cardFile } from "../classifier/model-card.js";
import type { SavedDetails } from "../classifier/saved-details.js";
import { findModelFolder, readObject } from "../pretrained/model-folder.js";
import { encodeSafetensors, openSafetensors, type SafetensorsFile } from "../pretrained/safetensors.js";
import { weightsFile } from "../pretrained/weights.js";
import { type Head, headPredictions } from "../regression/head.js";
import type { LinearModel } from "../regression/logistic-regression.js";
import { tfidfCard } from "./tfidf-card.js";
import { type Vocabularies, vectorizer } from "./vectorizer.js";

/** What is learned: parts that are known, and a head on their vectors. */
export interface TfidfClassifier {
  readonly vocabularies: Vocabularies;
  readonly head: Head;
}

/** `model_type` of `config.json`. */
export const tfidfType = "crossover-tfidf";
const vocabularyFile = "vocabulary.json";

const vocabularySchema = z.object({ word: z.array(z.string()), char_wb: z.array(z.string()) });
const configSchema = z.object({
  model_type: z.literal(tfidfType),
  /** To be raised with every change that older readers would misread. */
  format: z.literal(1),
  id2label: z.record(z.string(), z.string()),
  problem_type: z.enum(Object.values(problemTypes)),
  kind: z.enum(["binary", "multinomial", "multilabel"]).nullable(),
  /** Which labels have outputs, by their ids, and the probabilities of the others. */
  learned: z.array(z.int()),
  fixed: z.array(z.tuple([z.int(), z.number()])),
  thresholds: z.array(z.number()),
  mayBeEmpty: z.boolean(),
});

const json = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

/** The same with all numbers rounded to float32, as they are stored: so a model predicts the same when it is loaded. */
export function asStored({ vocabularies, head }: TfidfClassifier): TfidfClassifier {
  const rounded = (numbers: Float64Array): Float64Array => Float64Array.from(Float32Array.from(numbers));
  const model: LinearModel | null = head.model && {
    ...head.model,
    weights: { ...head.model.weights, data: rounded(head.model.weights.data) },
    intercepts: rounded(head.model.intercepts),
  };
  return { vocabularies, head: { ...head, model } };
}

/** The files that run it: configuration, vocabulary, weights. */
export function runningFiles({ vocabularies, head }: TfidfClassifier): Map<string, Uint8Array> {
  const idOf = new Map(head.labels.map((label, id) => [label, id]));
  const config: z.infer<typeof configSchema> = {
    model_type: tfidfType,
    format: 1,
    id2label: Object.fromEntries(head.labels.entries()),
    problem_type: head.isMultiLabel ? problemTypes.several : problemTypes.one,
    kind: head.model?.kind ?? null,
    learned: head.learned.map((label) => idOf.get(label)!),
    fixed: head.labels.flatMap((label, id) =>
      head.learned.includes(label) ? [] : [[id, head.fixed[label] ?? 0] as [number, number]],
    ),
    thresholds: [...head.thresholds],
    mayBeEmpty: head.mayBeEmpty,
  };
  const tensor = (numbers: ArrayLike<number>, shape: readonly number[]) => {
    return { dtype: "F32", shape, bytes: new Uint8Array(Float32Array.from(numbers).buffer) } as const;
  };
  const { word, char_wb } = vocabularies;
  const { model } = head;
  const tensors = new Map([
    ["word.idf", tensor(word.idf, [word.idf.length])],
    ["char_wb.idf", tensor(char_wb.idf, [char_wb.idf.length])],
  ]);
  if (model !== null) {
    tensors.set("weights", tensor(model.weights.data, [model.weights.rows, model.weights.columns]));
    tensors.set("intercepts", tensor(model.intercepts, [model.intercepts.length]));
  }
  return new Map([
    ["config.json", json(config)],
    [vocabularyFile, new TextEncoder().encode(`${JSON.stringify({ word: word.terms, char_wb: char_wb.terms })}\n`)],
    [weightsFile, encodeSafetensors(tensors)],
  ]);
}

/** A predictor of it. `details` are what its card and manifest tell. */
export function tfidfPredictor(
  classifier: TfidfClassifier,
  { details = {}, chosen = {} }: { readonly details?: SavedDetails; readonly chosen?: PredictorFacts["chosen"] } = {},
): Predictor {
  const { vocabularies, head } = asStored(classifier);
  const made = vectorizer(vocabularies);
  const running = runningFiles({ vocabularies, head });
  const parameters =
    made.columns +
    (head.model === null ? 0 : head.model.weights.data.length + head.model.intercepts.length) +
    head.thresholds.length;
  return {
    facts: {
      trainedParameters: parameters,
      totalParameters: parameters,
      promptTokens: 0,
      humanWords: 0,
      chosen,
      artifactBytes: [...running.values()].reduce((total, { length }) => total + length, 0),
      needs: [],
    },
    async predict(queries, { signal }) {
      throwIfAborted(signal);
      const features = await made.vectors(
        queries.map(({ text }) => text),
        signal,
      );
      return headPredictions(head, features);
    },
    async files() {
      const card = tfidfCard(head, parameters, details);
      return withManifest(new Map([...running, [cardFile, new TextEncoder().encode(card)]]), "crossover-tfidf-1", details);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Reads one from its folder. What is wrong with the folder is a `UserError`. */
export async function readTfidf(place: string): Promise<TfidfClassifier> {
  const folder = findModelFolder(place);
  const fault = (file: string, what: string): UserError =>
    new UserError(`${join(folder.path, file)}: ${what}. Give the folder as a run wrote it for tune:tfidf, or tune again.`);
  const parsed = async <Schema extends z.ZodType>(schema: Schema, file: string): Promise<z.infer<Schema>> => {
    const result = schema.safeParse(await readObject(folder, file));
    if (result.success) return result.data;
    throw fault(file, `"${result.error.issues[0]!.path.join(".") || "the file"}" is missing or has another form`);
  };
  const { id2label, problem_type: type, kind, ...config } = await parsed(configSchema, "config.json");
  const { word, char_wb } = await parsed(vocabularySchema, vocabularyFile);
  const labels = Object.keys(id2label).map((_, id) => {
    const label = id2label[String(id)];
    if (label === undefined) throw fault("config.json", `id2label has no label ${id}`);
    return label;
  });
  const named = (id: number): string => {
    const label = labels[id];
    if (label === undefined) throw fault("config.json", `there is no label ${id}`);
    return label;
  };
  await using file = await openSafetensors(join(folder.path, weightsFile));
  const read = (name: string, shape: readonly number[]): Promise<Float32Array> =>
    readTensor(file, name, shape, (what) => fault(weightsFile, what));
  const isMultiLabel = type === problemTypes.several;
  const outputs = kind === "binary" ? 1 : config.learned.length;
  const columns = word.length + char_wb.length;
  const model: LinearModel | null = kind && {
    kind,
    weights: { rows: outputs, columns, data: Float64Array.from(await read("weights", [outputs, columns])) },
    intercepts: Float64Array.from(await read("intercepts", [outputs])),
  };
  if (isMultiLabel && config.thresholds.length !== config.learned.length)
    throw fault("config.json", `${config.thresholds.length} thresholds for ${config.learned.length} labels`);
  return {
    vocabularies: {
      word: { terms: word, idf: await read("word.idf", [word.length]) },
      char_wb: { terms: char_wb, idf: await read("char_wb.idf", [char_wb.length]) },
    },
    head: {
      labels,
      isMultiLabel,
      learned: config.learned.map(named),
      fixed: Object.fromEntries(config.fixed.map(([id, probability]) => [named(id), probability])),
      model,
      thresholds: config.thresholds,
      mayBeEmpty: config.mayBeEmpty,
    },
  };
}

/** A tensor's numbers, of this shape, all of them finite. */
async function readTensor(
  file: SafetensorsFile,
  name: string,
  shape: readonly number[],
  fault: (what: string) => UserError,
): Promise<Float32Array> {
  const found = file.tensors.get(name);
  if (found === undefined || found.shape.join() !== shape.join())
    throw fault(
      `"${name}" should have the shape [${shape.join(", ")}] and ${found === undefined ? "is missing" : `has [${found.shape.join(", ")}]`}`,
    );
  const numbers = await file.floats(name);
  if (!numbers.every(Number.isFinite)) throw fault(`"${name}" has numbers that are not finite`);
  return numbers;
}
