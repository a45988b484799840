/** @file The files that a run keeps of each approach: what it takes to use it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { mainMeasurements } from "../compare/main-measurements.js";
import { summarize } from "../compare/summarize.js";
import { writePrivateFile } from "../lib/private-file.js";
import { withTestScores } from "../report/card-scores.js";
import type { Run } from "../store/run.js";
import { cardFile } from "../tune/classifier/model-card.js";
import type { Predictor } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { Measurement } from "../types/measurement.js";
import { promptfooExport } from "./saved-prompts.js";
import { artifactFolder } from "./training-curves.js";

/**
 * Writes the files of a predictor that was measured on the test rows; of several seeds, the first one's, and none of an experiment or
 * of a part of the training rows. A predictor never sees a test label, so
 * what needs them is added here: the scores of a tuned model's card, and promptfoo's tests of a prompt.
 */
export async function writeArtifacts(
  run: Run,
  measurement: Measurement,
  predictor: Predictor,
  seeds: readonly number[],
  test: Dataset,
): Promise<void> {
  const { approach, split, seed, arm } = measurement;
  const isMain = mainMeasurements([measurement], run.manifest.task).length > 0;
  if (!isMain || split !== "test" || seed !== seeds[0]) return;
  const folder = artifactFolder(run.folder, approach);
  const own = await predictor.files();
  const files = new Map<string, string | Uint8Array>([...own, ...promptfooExport(own, test)]);
  const card = files.get(cardFile);
  if (arm === "tune" && card instanceof Uint8Array)
    files.set(cardFile, cardWithScores(run, measurement, new TextDecoder().decode(card)));
  for (const [path, content] of files) await writePrivateFile(join(folder, path), content);
}

/** Of this model alone: the report's scores are means over seeds. */
function cardWithScores({ manifest: { task, assumptions } }: Run, measurement: Measurement, card: string): string {
  const [summary] = summarize({ task, assumptions, measurements: [measurement], failed: [] }).summaries;
  return summary === undefined ? card : withTestScores(card, task, summary);
}

/** The folder of a tuned approach whose model can be loaded; `undefined` where the run has none of that name. */
export function tunedFolder(run: Pick<Run, "folder" | "measurements">, approach: string): string | undefined {
  const folder = artifactFolder(run.folder, approach);
  const isTuned = run.measurements.some((measurement) => measurement.approach === approach && measurement.arm === "tune");
  return isTuned && existsSync(join(folder, "config.json")) ? folder : undefined;
}
