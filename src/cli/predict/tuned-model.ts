/** @file A tuned model for `label --model`: opened by the loader of folders, as `predict` opens it. */
import type { OpenedModel, TunedModels } from "../../label/tuned-labeller.js";
import { UserError } from "../../lib/errors.js";
import { shellWord } from "../../lib/text/shell-word.js";
import { readArtifact } from "../../ship/artifact.js";
import { readCalibration } from "../../ship/calibration/calibration-file.js";
import { kinds } from "../../ship/kinds/kinds.js";
import { loadArtifact } from "../../ship/load-predictor.js";
import { checkForJobs } from "../../upkeep/for-jobs.js";

/** A tuned model by its folder, for this machine or for an engine. */
export const tunedModels: TunedModels = { open: openTunedModel, read: readTunedModel };

/** Loads it, compared with its manifest and calibrated. UserError where it is no tuned model, is damaged, foreign or of a newer version. */
async function openTunedModel(folder: string): Promise<OpenedModel> {
  const artifact = await readArtifact(folder);
  const { kind } = artifact.fields;
  if (kind !== "classifier" && kind !== "tfidf") {
    throw new UserError(
      `${folder} is ${kinds[kind].noun}, and --model labels with a whole tuned model. To answer rows with it: crossover predict ${shellWord(folder)} FILE`,
    );
  }
  const predictor = await loadArtifact(artifact);
  const { labels, isMultiLabel } = predictor;
  return { labels, isMultiLabel, predictor, calibration: await readCalibration(folder) };
}

/** What is read of it where an engine labels. UserError besides where it is of a kind that no job computes. */
async function readTunedModel(folder: string): Promise<Pick<OpenedModel, "calibration">> {
  await checkForJobs(await readArtifact(folder), `It is asked from here: crossover predict ${shellWord(folder)} FILE`);
  return { calibration: await readCalibration(folder) };
}
