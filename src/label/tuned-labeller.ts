/** @file A model that was tuned, as who labels. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { sha256 } from "../lib/hash.js";
import { readSavedClassifier } from "../tune/saved-classifier.js";
import type { LabellerPlan } from "./labeller.js";
import { planLocal } from "./local-labeller.js";

/** The plan of labeling with `--model`. What is wrong with the folder is a UserError. */
export async function planTuned(folder: string): Promise<LabellerPlan> {
  const saved = await readSavedClassifier(folder);
  // Enough to see that it was trained again.
  const { size, mtimeMs } = await stat(saved.weightsPath);
  const { labels, isMultiLabel } = saved;
  return planLocal({
    name: folder,
    labels,
    isMultiLabel,
    fingerprint: sha256("model", JSON.stringify([resolve(folder), labels, size, mtimeMs])),
    load: () => saved.open(),
  });
}
