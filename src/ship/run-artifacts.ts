/** @file The approaches of a run that can be loaded, and the one that it advises. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { advise } from "../advise/advise.js";
import { cascadeName } from "../compare/cascade/cascade-measurement.js";
import { mainMeasurements } from "../compare/main-measurements.js";
import { scoreOf } from "../compare/metrics/metric-choice.js";
import { summarize } from "../compare/summarize.js";
import { UserError } from "../lib/errors.js";
import { didYouMean } from "../lib/text/nearest-name.js";
import { shellWord } from "../lib/text/shell-word.js";
import { artifactFolder } from "../store/artifact-folder.js";
import { type Run, readRun } from "../store/run.js";
import type { Comparison } from "../types/comparison.js";
import type { Identity } from "../types/identity.js";
import { cascadeFile } from "./cascade/cascade-names.js";
import { signFiles } from "./manifest/kind-of-files.js";

/** An approach of a run with the folder of its files. */
export interface RunArtifact extends Identity {
  readonly approach: string;
  readonly folder: string;
}

/** Those that have files and answered the test rows, in the order they were measured, and a cascade that was saved of two of them; of recordings nothing new can be asked. */
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
  // Saved after the run was made, of two of its approaches.
  const cascade = artifactFolder(folder, cascadeName);
  if (!found.has(cascadeName) && existsSync(join(cascade, cascadeFile)))
    found.set(cascadeName, { approach: cascadeName, arm: "hybrid", method: "cascade", folder: cascade });
  return [...found.values()];
}

/** The approach of a run that is used, and why it is this one. */
export interface MeantArtifact extends RunArtifact {
  /** The run's folder. */
  readonly run: string;
  /** It was named; the run advises it; or the run chose none, and this is the best of what it measured. */
  readonly basis: "named" | "advised" | "best";
  /** Whether the run came to its end: otherwise another one may turn out better. */
  readonly isFinal: boolean;
}

/**
 * The artifact of a run that is meant: the approach that is named, in full or by its way (`tune:probe`, `prompt:few-shot`), or the one that the run
 * advises, or, where it chose none, the best one of what was measured. Of a run that is not finished by what was measured so far. UserError, with
 * the approaches there are, where there is no such one.
 */
export async function artifactOfRun(folder: string, approach: string | undefined): Promise<MeantArtifact> {
  const run = await readRun(folder);
  const { task, assumptions, failed, finishedAt } = run.manifest;
  const isFinal = finishedAt !== undefined;
  if (!mainMeasurements(run.measurements, task).some(({ split }) => split === "test"))
    throw new UserError(
      `${folder} was stopped before anything was measured: there is nothing to use yet. Go on with: crossover resume ${shellWord(folder)}`,
    );
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
    if (only !== undefined && meant.length === 1) return { ...only, run: folder, basis: "named", isFinal };
    if (meant.length > 1)
      throw new UserError(
        `${folder} has several approaches "${approach}": ${meant.map((each) => each.approach).join(", ")}. Name one in full.`,
      );
    throw new UserError(`${folder} has no approach "${approach}" that could be used.${didYouMean(approach, names)} ${list}`);
  }
  const { choice } = advise(comparison);
  const chosen = choice === null ? (bestOfArms(comparison, all) ?? all[0]) : all.find((each) => each.approach === choice);
  if (chosen !== undefined) return { ...chosen, run: folder, basis: choice === null ? "best" : "advised", isFinal };
  throw new UserError(
    choice === null
      ? `${folder} has no approach that could be used: none left files.`
      : `${folder} chose ${choice}, which left no files that could be used. Name another approach, by --approach or the option "approach". ${list}`,
  );
}

/** Of the best of both arms the one with the higher score on the test rows; of two that score alike the tuned one, which asks nobody. */
function bestOfArms({ best, summaries, metrics }: Comparison, all: readonly RunArtifact[]): RunArtifact | undefined {
  const scored = [best.tune, best.prompt].flatMap((choice) => {
    const artifact = all.find(({ approach }) => approach === choice?.approach);
    const summary = summaries.find(({ approach }) => approach === choice?.approach);
    return artifact === undefined || summary === undefined ? [] : [{ artifact, score: scoreOf(summary, metrics.primary).value }];
  });
  const [first, second] = scored;
  return second !== undefined && second.score > first!.score ? second.artifact : first?.artifact;
}

/**
 * What whoever uses it must know of why it is this one: that the run is not finished, with how to finish it, or that the run chose none. `null` where
 * it was named, or is what a finished run advises.
 */
export function choiceNote({ approach, run, basis, isFinal }: MeantArtifact): string | null {
  if (basis === "named") return null;
  const best = basis === "best" ? "the best that was measured" : "what it advises";
  if (!isFinal)
    return `${run} is not finished: ${approach} answers, ${best} so far. Go on with: crossover resume ${shellWord(run)}`;
  return basis === "best" ? `${run} chose no approach: ${approach} answers, ${best}. --approach NAME takes another one.` : null;
}
