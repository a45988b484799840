/** @file A tuned model for `label --model`: opened by the loader of folders, as `predict` opens it. */
import type { OpenedModel } from "../../label/tuned-labeller.js";
import { UserError } from "../../lib/errors.js";
import { shellWord } from "../../lib/text/shell-word.js";
import { readArtifact } from "../../ship/artifact.js";
import { readCalibration } from "../../ship/calibration/calibration-file.js";
import { kinds } from "../../ship/kinds/kinds.js";
import { loadArtifact } from "../../ship/load-predictor.js";

/** Loads it, compared with its manifest and calibrated. UserError where it is no tuned model, is damaged, foreign or of a newer version. */
export async function openTunedModel(folder: string): Promise<OpenedModel> {
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
