/** @file Kinds that stand on an encoder which is not in their folder: centroids, the head of a probe, sentences about labels. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import { checkRegularFile } from "../../lib/regular-file.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import { labelPrompt } from "../../prompt/label-prompt/label-prompt.js";
import { readLabelPromptSettings } from "../../prompt/label-prompt/label-settings.js";
import { baselineFiles, readCentroidsFile, readMajorityFile } from "../../tune/baseline-files.js";
import { majorityPredictor } from "../../tune/majority.js";
import { centroidPredictor } from "../../tune/nearest-centroid.js";
import { loadEncoder } from "../../tune/pretrained/encoder.js";
import { loadProbe } from "../../tune/probe.js";
import { headFile, headLabels } from "../../tune/regression/head-file.js";
import type { FitContext, Predictor } from "../../types/approach.js";
import type { Encoder } from "../../types/encoder.js";
import type { Kind, LoadPredictorOptions } from "./kind.js";

/** An encoder by its name, and what it can be loaded by, where that is something else. */
interface NamedEncoder {
  readonly name: string;
  readonly source?: string;
}

/** Centroids and settings of thousands of labels fit. */
const mostBytes = 512e6;

/** Always the most frequent label. */
export const majorityKind: Kind<"majority"> = {
  noun: "the most frequent label",
  asksLlm: false,
  async load({ folder }) {
    const [text, place] = await readText(folder, baselineFiles.majority);
    const file = readMajorityFile(text, place);
    return { labels: file.labels, isMultiLabel: file.isMultiLabel, predictor: majorityPredictor(file) };
  },
};

/** The label whose centroid is nearest. */
export const centroidKind: Kind<"centroid"> = {
  noun: "the nearest centroids",
  asksLlm: false,
  async load(artifact, options) {
    const [text, place] = await readText(artifact.folder, baselineFiles.centroids);
    const file = readCentroidsFile(text, place);
    const predictor = await onEncoder(artifact, options, async (encoder) => centroidPredictor(file, encoder));
    return { labels: file.labels, isMultiLabel: file.isMultiLabel, predictor };
  },
};

/** The head of a probe alone. */
export const probeKind: Kind<"probe"> = {
  noun: "the head of a probe, whose encoder was the caller's own",
  asksLlm: false,
  async load(artifact, options) {
    const [text] = await readText(artifact.folder, headFile);
    const bytes = new TextEncoder().encode(text);
    const told = headLabels(bytes);
    const predictor = await onEncoder(artifact, options, async (encoder) => loadProbe(new Map([[headFile, bytes]]), encoder));
    return { ...told, predictor };
  },
};

/** Sentences about each label. */
export const labelsKind: Kind<"labels"> = {
  noun: "sentences about each label",
  asksLlm: false,
  async load(artifact, options) {
    const [text, place] = await readText(artifact.folder, "prompt.json");
    const { labels, isMultiLabel, descriptions, templates, encoder: wanted } = readLabelPromptSettings(text, place);
    const predictor = await onEncoder(artifact, options, async (encoder) => {
      if (encoder.hash !== wanted.hash) throw otherEncoder(place, wanted, encoder);
      const rows = { name: artifact.folder, labels, isMultiLabel, descriptions, examples: [] };
      return labelPrompt({ encoder, templates }).fit(rows, silentFit);
    });
    return { labels, isMultiLabel, predictor };
  },
};

/** Learning nothing: of the rows it takes only what its labels are. */
export const silentFit: FitContext = { signal: new AbortController().signal, seed: 0, spend: () => {}, log: () => {} };

/** A predictor on the encoder that was given, which stays the caller's, or on the one that the folder names, which is disposed of with it. */
async function onEncoder(
  { folder, fields }: { readonly folder: string; readonly fields: { readonly encoder: NamedEncoder } },
  options: LoadPredictorOptions,
  make: (encoder: Encoder) => Promise<Predictor>,
): Promise<Predictor> {
  if (options.encoder !== undefined) return make(options.encoder);
  const own = await encoderFor(folder, fields.encoder, options);
  return disposingOf(own, () => make(own));
}

/** What is made, together with the encoder, which is disposed of with it; where making it fails, at once. */
export async function disposingOf(encoder: Encoder | undefined, make: () => Promise<Predictor>): Promise<Predictor> {
  try {
    const predictor = await make();
    return {
      get facts() {
        return predictor.facts;
      },
      predict: (queries, context) => predictor.predict(queries, context),
      files: () => predictor.files(),
      async [Symbol.asyncDispose]() {
        await predictor[Symbol.asyncDispose]();
        await encoder?.[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await encoder?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** The encoder by its name, where it is on this machine; UserError where only the caller can have it. */
export async function encoderFor(
  folder: string,
  { name, source = name }: NamedEncoder,
  { threads, env }: Pick<LoadPredictorOptions, "threads" | "env">,
): Promise<Encoder> {
  try {
    return await loadEncoder(source, {
      offline: true,
      ...(threads !== undefined && { threads }),
      ...(env !== undefined && { env }),
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${folder} needs the encoder ${name}, which is not on this machine by that name. Give it: loadPredictor(FOLDER, { encoder: await loadEncoder(${JSON.stringify(source)}) }).`,
    );
  }
}

function otherEncoder(place: string, wanted: { readonly name: string; readonly hash: string }, encoder: Encoder): UserError {
  return new UserError(
    `${place} is of the vectors of ${wanted.name} (${wanted.hash.slice(0, 12)}), and the encoder given is ${encoder.name} (${encoder.hash.slice(0, 12)}). ` +
      "Load the encoder it was measured with, or run the comparison again.",
  );
}

async function readText(folder: string, file: string): Promise<readonly [text: string, place: string]> {
  const place = join(folder, file);
  checkRegularFile(place, mostBytes);
  try {
    return [await readFile(place, "utf8"), place];
  } catch (error) {
    throw await whyUnreadable(place, error);
  }
}
