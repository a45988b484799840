/** @file A model that was tuned, as who labels. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { sha256 } from "../lib/hash.js";
import { readSavedClassifier } from "../tune/saved-classifier.js";
import type { Predictor } from "../types/approach.js";
import type { LabellerPlan } from "./labeller.js";

/** Texts that the estimate of a tuned model is timed on. */
const trialTexts = 32;

/** The plan of labeling with `--model`. What is wrong with the folder is a UserError. */
export async function planTuned(folder: string): Promise<LabellerPlan> {
  const saved = await readSavedClassifier(folder);
  // Enough to see that it was trained again.
  const { size, mtimeMs } = await stat(saved.weightsPath);
  let predictor: Promise<Predictor> | undefined;
  const open = (): Promise<Predictor> => (predictor ??= saved.open());
  return {
    name: folder,
    labels: saved.labels,
    isMultiLabel: saved.isMultiLabel,
    fingerprint: sha256("model", JSON.stringify([resolve(folder), saved.labels, size, mtimeMs])),
    notes: [],
    pieceRows: 256,
    async estimate(queries) {
      const trial = queries.slice(0, trialTexts);
      const predicting = await open();
      const startedAt = performance.now();
      await predicting.predict(trial, { signal: new AbortController().signal, useCache: false, spend: () => {}, log: () => {} });
      const seconds = (performance.now() - startedAt) / 1000;
      return {
        calls: 0,
        inputTokens: 0,
        outputTokens: 0,
        usd: 0,
        seconds: trial.length === 0 ? 0 : (seconds / trial.length) * queries.length,
        basis: `Time is from a trial with ${trial.length} rows on this machine.`,
      };
    },
    open,
  };
}
