/** @file The approaches of a run that can be loaded, and the one that it advises. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { advise } from "../advise/advise.js";
import { mainMeasurements } from "../compare/main-measurements.js";
import { summarize } from "../compare/summarize.js";
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { artifactFolder } from "../store/artifact-folder.js";
import { type Run, readRun } from "../store/run.js";
import type { Identity } from "../types/identity.js";
import { signFiles } from "./manifest/kind-of-files.js";

/** An approach of a run with the folder of its files. */
export interface RunArtifact extends Identity {
  readonly approach: string;
  readonly folder: string;
}

/** Those that have files and answered the test rows, in the order they were measured; of recordings nothing new can be asked. */
export function artifactsOfRun({ folder, manifest, measurements }: Run): RunArtifact[] {
  const found = new Map<string, RunArtifact>();
  for (const measurement of mainMeasurements(measurements, manifest.task)) {
    const { approach, arm, method, model, variant, split, traits } = measurement;
    const place = artifactFolder(folder, approach);
    if (split !== "test" || traits.isRecording || found.has(approach)) continue;
    if (!signFiles.some((name) => existsSync(join(place, name)))) continue;
    const identity = { arm, method, ...(model !== undefined && { model }), ...(variant !== undefined && { variant }) };
    found.set(approach, { approach, folder: place, ...identity });
  }
  return [...found.values()];
}

/**
 * The artifact of a run that is meant: the approach that is named, in full or by its way (`tune:probe`, `prompt:few-shot`), or the one that the
 * run advises. UserError, with the approaches there are, where there is no such one.
 */
export async function artifactOfRun(folder: string, approach: string | undefined): Promise<RunArtifact> {
  const run = await readRun(folder);
  const { task, assumptions, failed } = run.manifest;
  const comparison = summarize({ task, assumptions, measurements: run.measurements, failed });
  const ranks = new Map(comparison.summaries.map((summary, rank) => [summary.approach, rank]));
  const rank = (each: RunArtifact): number => ranks.get(each.approach) ?? ranks.size;
  const all = artifactsOfRun(run).sort((a, b) => rank(a) - rank(b));
  const names = all.map((each) => each.approach);
  const list =
    names.length === 0
      ? "It has no approach with files."
      : `Its approaches, the best on the test rows first: ${names.join(", ")}.`;
  if (approach !== undefined) {
    const exact = all.filter((each) => each.approach === approach);
    const meant = exact.length > 0 ? exact : all.filter(({ arm, method }) => `${arm}:${method}` === approach);
    const [only] = meant;
    if (only !== undefined && meant.length === 1) return only;
    if (meant.length > 1)
      throw new UserError(
        `${folder} has several approaches "${approach}": ${meant.map((each) => each.approach).join(", ")}. Name one in full.`,
      );
    throw new UserError(`${folder} has no approach "${approach}" that could be used.${didYouMean(approach, names)} ${list}`);
  }
  const { choice } = advise(comparison);
  if (choice === null) {
    throw new UserError(
      `${folder} chose no approach: what was measured does not suffice for it. Name one, by --approach or the option "approach". ${list}`,
    );
  }
  const chosen = all.find((each) => each.approach === choice);
  if (chosen !== undefined) return chosen;
  throw new UserError(
    `${folder} chose ${choice}, which left no files that could be used. Name another approach, by --approach or the option "approach". ${list}`,
  );
}
