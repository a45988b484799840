/** @file Loads what a run made, whatever it is: the folder of an approach, or the approach that a run advises. */
import { join } from "node:path";
import { UserError } from "../lib/errors.js";
import type { LoadedClassifier } from "../tune/saved-classifier.js";
import { expectedPlace, filesOf, readArtifact } from "./artifact.js";
import { calibratedPredictor } from "./calibration/calibrated-predictor.js";
import { readCalibration } from "./calibration/calibration-file.js";
import type { Artifact, Loaded, LoadPredictorOptions } from "./kinds/kind.js";
import { kinds, loadKind } from "./kinds/kinds.js";
import { type ArtifactKind, type Manifest, manifestFile } from "./manifest/manifest.js";
import { remedy } from "./manifest/read-manifest.js";
import { artifactOfRun, choiceNote, type MeantArtifact } from "./run-artifacts.js";

/** A loaded predictor. It may hold native memory: dispose of it. */
export interface LoadedPredictor extends LoadedClassifier {
  readonly kind: ArtifactKind;
  /** Whether each answer asks a service, and may cost money; all else runs on this machine. */
  readonly asksLlm: boolean;
  /** The approach's name; its folder's, where it was written without a manifest. */
  readonly approach: string;
  /** Where its files are. */
  readonly folder: string;
  /** What its folder tells: what was measured, what it needs, of which data it is. `null` where the folder has none. */
  readonly manifest: Manifest | null;
}

/**
 * Loads what a run made: the folder of an approach of any kind (a tuned model, a prompt for an LLM, a baseline), a classifier that Python's
 * transformers saved, or the folder of a run, of which the approach is loaded that `approach` names, or that the run advises, or, where it chose
 * none, the best one that it measured; where the run chose none or is not finished, `log` is told. A prompt asks as the run did: the same model,
 * unless `llm` names another.
 *
 * ```ts
 * await using predictor = await loadPredictor("runs/tickets");
 * const [{ answer }] = await predictor.classify(["Where is my parcel?"]);
 * ```
 *
 * @param options `cache` keeps paid answers, `budget` limits spending; `encoder` is needed if the approach stands on an encoder that is not on
 * this machine by its name, and stays the caller's to dispose of
 * @throws UserError if the folder is damaged, foreign, or of a newer version, if the run has measured nothing, or if the LLM's key is missing
 */
export async function loadPredictor(place: string, options: LoadPredictorOptions = {}): Promise<LoadedPredictor> {
  const artifact = await findArtifact(place, options);
  const text = artifact.meant && choiceNote(artifact.meant);
  if (text) options.log?.({ kind: "note", text });
  return loadArtifact(artifact, options);
}

/** A folder that was found by a place. */
export interface FoundArtifact extends Artifact {
  /** Which approach of a run it is, and why; absent where the place was the folder itself. */
  readonly meant?: MeantArtifact;
}

/** The folder that a place means, read and checked but not loaded: it needs no key. Throws as `loadPredictor` does. */
export async function findArtifact(
  place: string,
  { approach, checksHashes }: Pick<LoadPredictorOptions, "approach" | "checksHashes"> = {},
): Promise<FoundArtifact> {
  const isRun = (await filesOf(place)).includes("run.json");
  if (!isRun && approach !== undefined)
    throw new UserError(`${place} is not the folder of a run, and so has no approach "${approach}" to name. ${expectedPlace}`);
  if (!isRun) return readArtifact(place, { checksHashes });
  const meant = await artifactOfRun(place, approach);
  return { ...(await readArtifact(meant.folder, { checksHashes })), meant };
}

/** Loads a folder that was read. */
export async function loadArtifact(artifact: Artifact, options: LoadPredictorOptions = {}): Promise<LoadedPredictor> {
  const { folder, fields, manifest } = artifact;
  const { labels, isMultiLabel, predictor } = await loadChecked(artifact, options);
  const { asksLlm } = kinds[fields.kind];
  return {
    kind: fields.kind,
    asksLlm,
    approach: manifest?.approach.name ?? folder,
    folder,
    manifest,
    labels,
    isMultiLabel,
    get facts() {
      return predictor.facts;
    },
    predict: (queries, context) => predictor.predict(queries, context),
    files: () => predictor.files(),
    classify: (texts, { signal = new AbortController().signal } = {}) =>
      predictor.predict(
        texts.map((text, row) => ({ id: String(row), text })),
        { signal, useCache: asksLlm, spend: () => {}, log: () => {} },
      ),
    [Symbol.asyncDispose]: () => predictor[Symbol.asyncDispose](),
  };
}

/** Loads, and compares the labels with those of the manifest. */
async function loadChecked(artifact: Artifact, options: LoadPredictorOptions): Promise<Loaded> {
  const { folder, manifest } = artifact;
  const calibration = options.isCalibrated === false ? null : await readCalibration(folder);
  const loaded = await loadKind(artifact, options, async (member, memberOptions) =>
    loadChecked(await readArtifact(member, memberOptions), memberOptions),
  );
  const wrong = manifest === null ? null : difference(manifest, loaded);
  if (wrong === null) return calibration === null ? loaded : calibratedPredictor(loaded, calibration);
  await loaded.predictor[Symbol.asyncDispose]();
  throw new UserError(`${join(folder, manifestFile)} does not fit its folder: ${wrong}. ${remedy(join(folder, manifestFile))}`);
}

function difference(manifest: Manifest, loaded: Loaded): string | null {
  if (manifest.isMultiLabel !== loaded.isMultiLabel)
    return `it says that a text gets ${manifest.isMultiLabel ? "several labels" : "one label"}, and the files say otherwise`;
  const [told, found] = [new Set(manifest.labels), new Set(loaded.labels)];
  const missing = manifest.labels.filter((label) => !found.has(label));
  const added = loaded.labels.filter((label) => !told.has(label));
  if (missing.length === 0 && added.length === 0) return null;
  const names = (labels: readonly string[]): string =>
    labels
      .slice(0, 3)
      .map((label) => JSON.stringify(label.slice(0, 40)))
      .join(", ");
  return [
    ...(missing.length > 0 ? [`it names labels that the files do not have (${names(missing)})`] : []),
    ...(added.length > 0 ? [`the files have labels that it does not name (${names(added)})`] : []),
  ].join(", and ");
}
