/** @file What a phase is called by people. */
import type { NoteEvent, Phase, PhaseEvent } from "../../types/events.js";
import { formatPlural } from "./format.js";
import { measurementKey } from "./measurement-key.js";

const words: Readonly<Record<Phase, string>> = {
  comparing: "comparing",
  curve: "learning curves",
  experiment: "a new label, typos, other words",
  downloading: "Downloading",
  "finding-duplicates": "looking for duplicates",
  "comparing-texts": "comparing texts that may be alike",
  "counting-tokens": "counting tokens",
  embedding: "embedding",
  fitting: "fitting",
  "choosing-c": "choosing C",
  training: "training",
  predicting: "predicting",
  timing: "timing single answers",
  asking: "asking",
  "choosing-form": "choosing how to ask",
  batch: "batch",
  optimizing: "optimizing",
  labeling: "labeling with",
  "choosing-rows": "choosing rows of",
};

/** Phases that learn from the training rows: how many these are tells the fit for a choice, and that for a point of a curve, from the one on all. */
const learning: ReadonlySet<Phase> = new Set(["fitting", "choosing-c", "training"]);

/** `tune:full: trial 2 of 5: training on 423 rows`. Untrusted where the subject is. */
export function phaseText({ phase, subject, unit, trial, measurement }: PhaseEvent): string {
  // The model that an approach is named after is not said twice.
  const isNamed = subject === undefined || measurement?.approach.endsWith(`@${subject}`) === true;
  const rows = measurement !== undefined && learning.has(phase) ? [`on ${formatPlural(measurement.trainSize, "row")}`] : [];
  const work = [words[phase], ...(isNamed ? [] : [subject]), ...rows].join(" ");
  return [
    ...(measurement === undefined ? [] : [measurement.approach]),
    ...(trial === undefined ? [] : [`trial ${trial.number} of ${trial.of}`]),
    unit === undefined ? work : `${work}, ${unit}`,
  ].join(": ");
}

/** A note, with the approach that it is about before it. */
export function noteText({ text, measurement }: NoteEvent): string {
  return measurement === undefined ? text : `${measurement.approach}: ${text}`;
}

/** What tells two pieces of work apart, whatever they are called. */
export function phaseKey({ phase, subject, trial, measurement }: PhaseEvent): string {
  return JSON.stringify([phase, subject, trial, measurement && measurementKey(measurement)]);
}
