/** @file What a phase is called by people. */
import type { NoteEvent, Phase, PhaseEvent } from "../../types/events.js";
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
  batch: "batch",
  optimizing: "optimizing",
  labeling: "labeling with",
};

/** `tune:full: trial 2 of 5: training`. Untrusted where the subject is. */
export function phaseText({ phase, subject, unit, trial, measurement }: PhaseEvent): string {
  const work = [words[phase], ...(subject === undefined ? [] : [subject])].join(" ");
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
