/** @file The table of kinds: a kind without a row does not compile. */
import type { ArtifactKind } from "../manifest/manifest.js";
import { cascadeKind } from "./cascade.js";
import type { Artifact, Kind, Loaded, LoadMember, LoadPredictorOptions } from "./kind.js";
import { promptKind, recordingKind } from "./prompted.js";
import { classifierKind, tfidfKind } from "./tuned.js";
import { centroidKind, labelsKind, majorityKind, probeKind } from "./with-encoder.js";

/** Every kind of folder, and how it is loaded. */
export const kinds: { readonly [Name in ArtifactKind]: Kind<Name> } = {
  majority: majorityKind,
  centroid: centroidKind,
  probe: probeKind,
  tfidf: tfidfKind,
  classifier: classifierKind,
  labels: labelsKind,
  prompt: promptKind,
  recording: recordingKind,
  cascade: cascadeKind,
};

/** Loads a folder by its kind's row. */
export function loadKind(artifact: Artifact, options: LoadPredictorOptions, member: LoadMember): Promise<Loaded> {
  const kind = kinds[artifact.fields.kind] as Kind<ArtifactKind>;
  return kind.load(artifact, options, member);
}
