/** @file What a job of SetFit left in `out/`: a model that tells texts of a label from others, and vectors in place of answers. */
import { join } from "node:path";
import { UserError } from "../../lib/errors.js";
import { openSafetensors, type SafetensorsFile } from "../../tune/pretrained/safetensors.js";
import type { Matrix } from "../../tune/regression/matrix.js";
import { damaged, readTrained, type TrainedOutputs } from "./outputs.js";
import type { StagedTraining } from "./stage.js";

/** What it gave. The vectors are what a last layer reads: [rows, width]. */
export interface VectorOutputs extends TrainedOutputs {
  /** Of the rows that were learned, in their order. */
  readonly learned: Matrix;
  /** Of the test rows, in their order. */
  readonly test: Matrix;
}

const vectorsFile = "vectors.safetensors";

/** Reads the results. `UserError` says what is wrong with them, and what to do. */
export async function readVectorOutputs(job: StagedTraining): Promise<VectorOutputs> {
  const trained = await readTrained(job, [vectorsFile]);
  const path = join(job.folder, "out", vectorsFile);
  await using file = await openSafetensors(path);
  const learned = await readMatrix(file, "learned", { path, rows: job.learnedRows });
  const test = await readMatrix(file, "test", { path, rows: job.testIds.length, columns: learned.columns });
  return { ...trained, learned, test };
}

async function readMatrix(
  file: SafetensorsFile,
  name: string,
  { path, rows, columns }: { readonly path: string; readonly rows: number; readonly columns?: number },
): Promise<Matrix> {
  if (rows === 0) return { rows: 0, columns: columns ?? 0, data: new Float64Array(0) };
  const { dtype, shape } = file.tensors.get(name) ?? {};
  const [found, width] = shape ?? [];
  if (dtype !== "F32" || shape?.length !== 2 || found !== rows || width === 0 || (columns !== undefined && width !== columns)) {
    const what = shape === undefined ? "is missing" : `is ${dtype} of shape [${shape.join(", ")}]`;
    throw new UserError(`${path}: "${name}" ${what}; expected F32 of shape [${rows}, ${columns ?? "width"}]. ${damaged}`);
  }
  const data = Float64Array.from(await file.floats(name));
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new UserError(
      `${path}: row ${Math.floor(wrong / width!) + 1} of "${name}" has a number that is ${data[wrong]}; expected finite numbers. Training has diverged: try a smaller learning rate. ${damaged}`,
    );
  return { rows, columns: width!, data };
}
