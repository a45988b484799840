/** @file A training as a job folder. */
import type { PairedRows } from "../../tune/training/objectives/pairs-objective.js";
import type { Example, Query } from "../../types/data.js";
import type { StagedJob } from "../engine.js";
import type { TrainingJobSpec } from "./job.js";
import { type InputFile, linesFile, scriptFile, stageFolder } from "./job-folder.js";

/** All that a training job is given. */
export interface TrainingJob {
  readonly spec: TrainingJobSpec;
  readonly learned: readonly Example[];
  /** Rows by whose loss training is stopped. Empty where there are none. */
  readonly validation: readonly Example[];
  /** What is to be answered: without labels. */
  readonly queries: readonly Query[];
  /** The model's files, by their paths in its folder; none where the model is one of the Hub. */
  readonly modelFiles: ReadonlyMap<string, InputFile>;
  /** Where new weights begin, as a safetensors file. @default by the script's own chance */
  readonly start?: Uint8Array;
  /** Of SetFit: the pairs of each update, by the places of the rows in `learned`. */
  readonly pairs?: readonly PairedRows[];
}

/** A job folder that is whole, and the ids that its answers have to have. */
export interface StagedTraining extends StagedJob {
  readonly script: "train.py";
  readonly labelCount: number;
  readonly learnedRows: number;
  readonly testIds: readonly string[];
  readonly validationIds: readonly string[];
}

/** Stages a training in a folder of its own, as `stageFolder` does. */
export async function stageTraining(folder: string, job: TrainingJob): Promise<StagedTraining> {
  const { spec, learned, validation, queries, modelFiles, start, pairs } = job;
  const files = new Map<string, InputFile>([
    ["train.jsonl", linesFile(learned.map((row) => labelledLine(row, spec.task.labels)))],
    ["valid.jsonl", linesFile(validation.map((row) => labelledLine(row, spec.task.labels)))],
    ["test.jsonl", linesFile(queries.map(({ id, text }) => JSON.stringify({ id, text })))],
    ["train.py", scriptFile("train.py")],
    ...(start === undefined ? [] : [["start.safetensors", { parts: [start] }] as const]),
    ...(pairs === undefined ? [] : [["pairs.jsonl", linesFile(pairs.map((update) => JSON.stringify(update)))] as const]),
    ...[...modelFiles].map(([path, file]) => [`model/${path}`, file] as const),
  ]);
  const ids = (rows: readonly Query[]): readonly string[] => rows.map((row) => row.id);
  return {
    id: await stageFolder(folder, spec, files),
    folder,
    script: "train.py",
    labelCount: spec.task.labels.length,
    learnedRows: learned.length,
    testIds: ids(queries),
    validationIds: ids(validation),
  };
}

function labelledLine({ id, text, labels: own, softLabels }: Example, labels: readonly string[]): string {
  const soft = softLabels && { soft_labels: labels.map((label) => (Object.hasOwn(softLabels, label) ? softLabels[label] : 0)) };
  return JSON.stringify({ id, text, labels: own, ...soft });
}
