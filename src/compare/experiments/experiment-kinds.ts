/** @file The kinds of experiments, as they stand in the keys of measurements. */
import type { PerturbationKind, ShiftPart } from "../../types/experiments.js";
import type { Experiment } from "../../types/measurement.js";

/** One label held out of the training rows but for `labels` of its rows, which are `of`. */
export interface NewLabelExperiment extends Experiment {
  readonly kind: "new-label";
  readonly label: string;
  readonly labels: number;
  readonly of: number;
}

/** Texts of test rows changed. */
export interface PerturbationExperiment extends Experiment {
  readonly kind: "perturbed";
  readonly how: PerturbationKind;
}

/** Fitted on rows without the part that is held out (`isUnlike`), or on as many with it, and asked about test rows of the part. */
export type ShiftExperiment = Experiment & { readonly kind: "shift"; readonly isUnlike: boolean } & ShiftPart;

/** The prompt in other words; the number of the wording, from 1. */
export interface WordingExperiment extends Experiment {
  readonly kind: "reworded";
  readonly wording: number;
}

/** The examples of a prompt in another order; the number of the order, from 1. */
export interface OrderExperiment extends Experiment {
  readonly kind: "reordered";
  readonly order: number;
}

export const newLabelExperiment = (label: string, labels: number, of: number): NewLabelExperiment => {
  return { kind: "new-label", label, labels, of };
};

export const perturbationExperiment = (how: PerturbationKind): PerturbationExperiment => ({ kind: "perturbed", how });

export const shiftExperiment = (part: ShiftPart, isUnlike: boolean): ShiftExperiment => ({ kind: "shift", ...part, isUnlike });

export const orderExperiment = (order: number): OrderExperiment => ({ kind: "reordered", order });

export const wordingExperiment = (wording: number): WordingExperiment => ({ kind: "reworded", wording });

/** Whether it is of this kind. What is stored was checked for its form only, not for what this version knows. */
export function isNewLabel(experiment: Experiment | undefined): experiment is NewLabelExperiment {
  if (experiment?.kind !== "new-label") return false;
  const { label, labels, of } = experiment;
  return typeof label === "string" && typeof labels === "number" && typeof of === "number";
}

export function isPerturbation(experiment: Experiment | undefined, kind: PerturbationKind): experiment is PerturbationExperiment {
  if (experiment?.kind !== "perturbed") return false;
  const { how } = experiment;
  return how === kind;
}

export function isShift(experiment: Experiment | undefined): experiment is ShiftExperiment {
  if (experiment?.kind !== "shift" || typeof experiment["isUnlike"] !== "boolean") return false;
  const { by, from, column, value } = experiment;
  if (by === "length") return typeof from === "number";
  return typeof column === "string" && (by === "order" ? typeof from === "string" : by === "value" && typeof value === "string");
}

/** The part that was held out, without what else stands in the experiment. */
export function partOf(experiment: ShiftExperiment): ShiftPart {
  if (experiment.by === "length") return { by: "length", from: experiment.from };
  const { column } = experiment;
  return experiment.by === "order"
    ? { by: "order", column, from: experiment.from }
    : { by: "value", column, value: experiment.value };
}

export function isWording(experiment: Experiment | undefined): experiment is WordingExperiment {
  return experiment?.kind === "reworded";
}

export function isOrder(experiment: Experiment | undefined): experiment is OrderExperiment {
  return experiment?.kind === "reordered";
}
