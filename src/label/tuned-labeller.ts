/** @file A model that was tuned, as who labels. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { sha256 } from "../lib/hash.js";
import { findWeights } from "../tune/pretrained/weights.js";
import type { Predictor } from "../types/approach.js";
import type { ScoreCalibration } from "../types/cascade.js";
import type { LabellerPlan } from "./labeller.js";
import { planLocal } from "./local-labeller.js";

/** A tuned model that was loaded. */
export interface OpenedModel extends Pick<LabellerPlan, "labels" | "isMultiLabel"> {
  /** Its scores are calibrated. */
  readonly predictor: Predictor;
  /** What they are calibrated by; `null`: they are as the model tells them. */
  readonly calibration: ScoreCalibration | null;
}

/**
 * Opens the folder of a tuned model, compared with its manifest. Handed in by whoever joins labeling with the loader of folders, so that labeling and
 * predicting check a folder alike, and tell the same of a text.
 *
 * @throws UserError where the folder is none, is damaged, foreign or of a newer version
 */
export type OpenModel = (folder: string) => Promise<OpenedModel>;

/** Handed in by whoever joins labeling with the loader of folders. */
export interface TunedModels {
  readonly open: OpenModel;
  /** Reads and checks the folder of a model that is computed elsewhere, as `open` does, and loads nothing. */
  readonly read: (folder: string) => Promise<Pick<OpenedModel, "calibration">>;
}

/** What tells a labeling with a tuned model from any other, wherever the model is computed. */
export async function fingerprintsOf(
  folder: string,
  { labels, calibration }: Pick<OpenedModel, "labels" | "calibration">,
): Promise<Pick<LabellerPlan, "fingerprint" | "former">> {
  // Enough to see that it was trained again.
  const { size, mtimeMs } = await stat(findWeights({ name: folder, path: folder }));
  const trained = [resolve(folder), labels, size, mtimeMs];
  const plain = sha256("model", JSON.stringify(trained));
  // What earlier versions began with a model that has no calibration goes on: they told the same.
  if (calibration === null) return { fingerprint: plain };
  return {
    fingerprint: sha256("model", JSON.stringify([...trained, calibration])),
    former: {
      fingerprint: plain,
      differs: "it was begun with probabilities that were not calibrated, as earlier versions of crossover told them",
    },
  };
}

/** The plan of labeling with `--model`. What is wrong with the folder is a UserError. */
export async function planTuned(folder: string, openModel: OpenModel): Promise<LabellerPlan> {
  // Loaded at once, so that what it lacks is said before the rows are read.
  const { labels, isMultiLabel, predictor, calibration } = await openModel(folder);
  const { fingerprint, former } = await fingerprintsOf(folder, { labels, calibration });
  return {
    ...planLocal({ name: folder, labels, isMultiLabel, fingerprint, load: async () => predictor }),
    ...(former && { former }),
  };
}
