/** @file Classifiers saved as folders, of every family and every way of pooling that a class of transformers computes. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { float32 } from "../../../src/autodiff/values.js";
import { random } from "../../../src/lib/random.js";
import { classifierFiles } from "../../../src/tune/classifier/classifier-files.js";
import { logitsOf, logitsSession } from "../../../src/tune/classifier/classifier-logits.js";
import {
  headPooling,
  readBodyWeights,
  readClassifier,
  type TextClassifier,
} from "../../../src/tune/classifier/classifier-model.js";
import type { SavedDetails } from "../../../src/tune/classifier/saved-details.js";
import { architectures, newHead } from "../../../src/tune/encoders/classifier-heads.js";
import type { Pooling } from "../../../src/tune/pretrained/pooling.js";
import { readPretrained } from "../../../src/tune/pretrained/pretrained.js";
import type { Weights } from "../../../src/tune/training/training-job.js";
import { drawnWeight } from "../decoders/golden-decoders.js";
import { classifierFolder, goldenClassifiers } from "./golden-classifiers.js";
import { goldenDecoderClassifiers } from "./golden-decoder-classifiers.js";

/** A golden classifier whose head is replaced by one on pooled states. */
export async function pooledClassifier(name: string, pooling: Pooling): Promise<TextClassifier> {
  const classifier = await readClassifier(classifierFolder(name));
  const { pretrained, head, weights } = classifier;
  const encoder = Object.entries(weights).filter(([key]) => !/^(classifier|pooler|pre_classifier|head)\./.test(key));
  const fresh = newHead(pooling, head.labelCount, pretrained.hiddenSize, 1);
  const { normal } = random(2, name);
  const large: Weights = Object.fromEntries(
    Object.entries(fresh).map(([key, { data, shape }]) => [
      key,
      float32(
        data.map((value) => 20 * value + 0.3 * normal()),
        shape,
      ),
    ]),
  );
  return { ...classifier, head: { ...head, pooling }, weights: { ...Object.fromEntries(encoder), ...large } };
}

/** A classifier of every family by its own class, and on either kind of pooled states, by a name. */
export async function savableClassifiers(): Promise<Map<string, TextClassifier>> {
  const found = new Map<string, TextClassifier>();
  for (const name of Object.keys(goldenClassifiers.classifiers)) {
    found.set(name, await readClassifier(classifierFolder(name)));
    if (Object.hasOwn(architectures, name))
      for (const pooling of ["mean", "cls"] as const) found.set(`${name} ${pooling}`, await pooledClassifier(name, pooling));
  }
  return found;
}

/** A classifier on a decoder of every family by its own class, and on pooled states, by a name; with the texts that both sides read alike. */
export async function savableDecoders(): Promise<Map<string, SavableDecoder>> {
  const found = new Map<string, SavableDecoder>();
  const { labels, classifiers } = goldenDecoderClassifiers;
  for (const family of Object.keys(classifiers)) {
    const pretrained = await readPretrained(classifierFolder(family));
    for (const pooling of [headPooling(pretrained), "mean", "last"] as const) {
      const head = { labelCount: labels.length, pooling };
      const added = newHead(pooling, labels.length, pretrained.hiddenSize, 1);
      const drawn = Object.entries(added).map(([name, { shape }]) => [name, drawnWeight(name, shape)] as const);
      const weights = { ...(await readBodyWeights(pretrained, head)), ...Object.fromEntries(drawn) };
      const classifier = { pretrained, head, labels, isMultiLabel: false, mayBeEmpty: false, weights };
      const isOfClass = typeof pooling !== "string";
      // sentence-transformers does not pass over a token of padding that stands in a text.
      const texts = goldenDecoderClassifiers.texts.filter((text) => isOfClass || !text.includes("<pad>"));
      found.set(isOfClass ? family : `${family} ${pooling}`, { classifier, texts });
    }
  }
  return found;
}

interface SavableDecoder {
  readonly classifier: TextClassifier;
  readonly texts: readonly string[];
}

/** The logits of texts, those of the golden file unless told. */
export async function logitsOfTexts(classifier: TextClassifier, texts = goldenClassifiers.texts): Promise<number[][]> {
  const { pretrained } = classifier;
  await using session = await logitsSession(classifier, { threads: 1 });
  const ids = texts.map((text) => pretrained.tokenizer.encode(text, pretrained.maxTokens));
  const found = await logitsOf(session, ids, pretrained.tokenizer.padId, { signal: new AbortController().signal });
  return found.map((row) => [...row]);
}

/** Writes files below a folder. */
export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** A new folder for folders. */
export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "classifiers-"));

/** Saves a classifier in `folder`. */
export async function save(classifier: TextClassifier, folder: string, details: SavedDetails = {}): Promise<void> {
  await writeFiles(folder, await classifierFiles(classifier, details));
}
