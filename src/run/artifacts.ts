/** @file The files that a run keeps of each approach: what it takes to use it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { calibrationOf } from "../compare/cascade/cascade.js";
import { mainMeasurements } from "../compare/main-measurements.js";
import { summarize } from "../compare/summarize.js";
import { writePrivateFile } from "../lib/private-file.js";
import { withTestScores } from "../report/card-scores.js";
import { calibrationFile, calibrationText } from "../ship/calibration/calibration-file.js";
import { withManifest } from "../ship/manifest/make-manifest.js";
import { artifactFolder } from "../store/artifact-folder.js";
import type { Run } from "../store/run.js";
import { cardFile } from "../tune/classifier/model-card.js";
import type { Predictor } from "../types/approach.js";
import type { Dataset } from "../types/data.js";
import type { Measurement } from "../types/measurement.js";
import { promptfooExport } from "./saved-prompts.js";

/**
 * Writes the files of a predictor that was measured on the test rows; of several seeds, the first one's, and none of an experiment or
 * of a part of the training rows. A predictor never sees a test label, so
 * what needs them is added here: the scores of a tuned model's card, promptfoo's tests of a prompt, what calibrates it, which validation rows told,
 * and the manifest, which says what was measured.
 */
export async function writeArtifacts(
  run: Run,
  measurement: Measurement,
  predictor: Predictor,
  seeds: readonly number[],
  test: Dataset,
): Promise<void> {
  const { approach, split, seed } = measurement;
  const isMain = mainMeasurements([measurement], run.manifest.task).length > 0;
  if (!isMain || split !== "test" || seed !== seeds[0]) return;
  const folder = artifactFolder(run.folder, approach);
  const own = await predictor.files();
  const { task, assumptions, options } = run.manifest;
  // Of this model alone: the report's scores are means over seeds.
  const [summary] = summarize({ task, assumptions, measurements: [measurement], failed: [] }).summaries;
  const encode = (content: string): Uint8Array => new TextEncoder().encode(content);
  const exported = [...promptfooExport(own, test)].map(([path, content]) => [path, encode(content)] as const);
  const files = new Map<string, Uint8Array>([...own, ...exported]);
  const card = files.get(cardFile);
  if (card !== undefined && summary !== undefined)
    files.set(cardFile, encode(withTestScores(new TextDecoder().decode(card), task, summary)));
  const calibration = calibrationOf(run.measurements, task, approach);
  if (calibration !== null) files.set(calibrationFile, encode(calibrationText(calibration)));
  const { model, confidence } = options;
  const described = await withManifest(files, {
    task,
    identity: measurement,
    needs: measurement.facts.needs,
    summary,
    ...(typeof model === "string" && { encoderSource: model }),
    ...(typeof confidence === "string" && { confidence }),
  });
  // The manifest last: a folder that was not finished has none.
  for (const [path, content] of described) await writePrivateFile(join(folder, path), content);
}

/** The folder of a tuned approach whose model can be loaded; `undefined` where the run has none of that name. */
export function tunedFolder(run: Pick<Run, "folder" | "measurements">, approach: string): string | undefined {
  const folder = artifactFolder(run.folder, approach);
  const isTuned = run.measurements.some((measurement) => measurement.approach === approach && measurement.arm === "tune");
  return isTuned && existsSync(join(folder, "config.json")) ? folder : undefined;
}
