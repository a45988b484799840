/**
 * @file What a job left in `out/`, checked before anything is made of it: files are those that its manifest names, each row has been answered exactly once, and
 * every number is one.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../../lib/errors.js";
import { isInside } from "../../lib/inside-folder.js";
import type { EvaluationReport, StepReport } from "../../tune/training/training-job.js";
import { fileHash } from "./file-hash.js";
import { fileLines } from "./file-lines.js";
import { outFormat } from "./job.js";
import type { StagedTraining } from "./stage.js";

/** What a training gave. */
export interface TrainingOutputs extends TrainedOutputs {
  /** Logits by the id of a row, of the test rows and of the validation rows. */
  readonly test: ReadonlyMap<string, Float32Array>;
  readonly validation: ReadonlyMap<string, Float32Array>;
}

/** What every training gives, whatever it answers. */
export interface TrainedOutputs {
  /** A folder of transformers. */
  readonly modelFolder: string;
  /** The adapters, not merged; absent where none were trained. */
  readonly adapterFolder?: string;
  readonly training: {
    readonly steps: readonly StepReport[];
    readonly evaluations: readonly EvaluationReport[];
    readonly bestStep: number;
    readonly seconds: number;
    /** What answering took, a text: of many at once. */
    readonly predictSeconds: number;
    /** Rows learned from. */
    readonly rows: number;
    readonly learningRate: number;
    readonly trainedParameters: number;
    readonly totalParameters: number;
  };
}

/** Of an error about results: what to do. */
export const damaged = "The job's results are damaged or not whole. Run again: the job is then done anew.";

const fileSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().nonnegative() });
const manifestSchema = z.object({ format: z.literal(outFormat), job: z.string(), files: z.record(z.string(), fileSchema) });

/** Reads the results of a job. `UserError` names the file and the line where they are wrong, what was found there, and what to do. */
export async function readTrainingOutputs(job: StagedTraining): Promise<TrainingOutputs> {
  const out = join(job.folder, "out");
  return {
    ...(await readTrained(job, ["predictions.jsonl", "valid-predictions.jsonl"])),
    test: await readLogits(join(out, "predictions.jsonl"), job.testIds, job.labelCount),
    validation: await readLogits(join(out, "valid-predictions.jsonl"), job.validationIds, job.labelCount),
  };
}

/** Reads what every training leaves, and that files with its answers are there. Throws as `readTrainingOutputs` does. */
export async function readTrained(job: StagedTraining, answers: readonly string[]): Promise<TrainedOutputs> {
  const out = join(job.folder, "out");
  const files = await checkManifest(out, job.id);
  const missing = [...answers, "trainer_state.json", "model/config.json"].find((name) => !Object.hasOwn(files, name));
  if (missing !== undefined) throw new UserError(`${join(out, "manifest.json")} names no ${missing}. ${damaged}`);
  return {
    modelFolder: join(out, "model"),
    ...(Object.hasOwn(files, "adapter/adapter_config.json") && { adapterFolder: join(out, "adapter") }),
    training: await readState(join(out, "trainer_state.json")),
  };
}

/** The files of the manifest, each of which is there and is the one that was written. */
export async function checkManifest(out: string, id: string): Promise<z.infer<typeof manifestSchema>["files"]> {
  const place = join(out, "manifest.json");
  if (!existsSync(place))
    throw new UserError(
      `${place} is missing: it is what a job writes last. Did it run the whole of its script, and were its results brought back? ${damaged}`,
    );
  const { job, files } = await readJson(place, manifestSchema);
  if (job !== id) throw new UserError(`${place} is of the job ${job}; expected ${id}. ${damaged}`);
  for (const [name, expected] of Object.entries(files)) {
    const path = join(out, name);
    if (!(await isInside(path, out))) throw new UserError(`${place} names "${name}", which lies outside of ${out}. ${damaged}`);
    if (!existsSync(path)) throw new UserError(`${path} is missing; ${place} names it. ${damaged}`);
    const found = await fileHash(path);
    if (found.sha256 !== expected.sha256)
      throw new UserError(
        `${path} is not the file that was written: ${found.bytes} bytes with a SHA-256 of ${found.sha256.slice(0, 12)}…; by ` +
          `${place} it has ${expected.bytes} with ${expected.sha256.slice(0, 12)}…. ${damaged}`,
      );
  }
  return files;
}

const answer = z.object({ id: z.string(), logits: z.array(z.number()) });

/** The logits of exactly these rows. */
async function readLogits(path: string, ids: readonly string[], labelCount: number): Promise<Map<string, Float32Array>> {
  const expected = new Set(ids);
  const found = new Map<string, Float32Array>();
  let line = 0;
  const wrong = (what: string): UserError => new UserError(`${path} line ${line}: ${what}. ${damaged}`);
  for await (const text of fileLines(path)) {
    line++;
    // Python writes NaN and Infinity, which are no JSON: said as such, not as a slip of syntax.
    const number = /\b(NaN|-?Infinity)\b/.exec(text.slice(text.lastIndexOf("[")))?.[1];
    if (number !== undefined)
      throw wrong(`a logit is ${number}; expected finite numbers. Training has diverged: try a smaller learning rate`);
    const parsed = answer.safeParse(parsedJson(text));
    if (!parsed.success) throw wrong('expected an object with "id" and "logits"');
    const { id, logits } = parsed.data;
    const shown = JSON.stringify(id.slice(0, 100));
    if (!expected.has(id)) throw wrong(`the row ${shown} was not asked about`);
    if (found.has(id)) throw wrong(`the row ${shown} is answered twice`);
    if (logits.length !== labelCount) throw wrong(`${logits.length} logits; expected ${labelCount}, one a label`);
    found.set(id, Float32Array.from(logits));
  }
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined)
    throw new UserError(
      `${path} answers ${found.size} of ${expected.size} rows: the row ${JSON.stringify(missing.slice(0, 100))} is missing. ${damaged}`,
    );
  return found;
}

const step = z.object({
  step: z.int(),
  loss: z.number(),
  learning_rate: z.number(),
  grad_norm: z.number(),
  rows: z.int(),
  tokens: z.int(),
});
const evaluation = z.object({ step: z.int(), eval_loss: z.number() });
const state = z.object({
  max_steps: z.int(),
  best_global_step: z.int(),
  learning_rate: z.number(),
  train_samples: z.int(),
  train_runtime: z.number(),
  predict_samples: z.int(),
  predict_runtime: z.number(),
  trained_parameters: z.int(),
  total_parameters: z.int(),
  log_history: z.array(z.union([step, evaluation])),
});

async function readState(path: string): Promise<TrainingOutputs["training"]> {
  const found = await readJson(path, state);
  const steps = found.log_history.flatMap((entry) => ("loss" in entry ? [entry] : []));
  return {
    steps: steps.map(({ learning_rate, grad_norm, ...rest }) => ({
      ...rest,
      steps: found.max_steps,
      learningRate: learning_rate,
      gradNorm: grad_norm,
    })),
    evaluations: found.log_history.flatMap((entry) =>
      "eval_loss" in entry ? [{ step: entry.step, loss: entry.eval_loss }] : [],
    ),
    bestStep: found.best_global_step,
    seconds: found.train_runtime,
    predictSeconds: found.predict_samples > 0 ? found.predict_runtime / found.predict_samples : 0,
    rows: found.train_samples,
    learningRate: found.learning_rate,
    trainedParameters: found.trained_parameters,
    totalParameters: found.total_parameters,
  };
}

/** A file of results. `UserError` names it, and the field that is not as expected. */
export async function readJson<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  let found: unknown;
  try {
    found = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new UserError(`${path} can't be read: ${messageOf(error)}. ${damaged}`);
  }
  const parsed = schema.safeParse(found);
  if (parsed.success) return parsed.data;
  const { path: field, message } = parsed.error.issues[0]!;
  throw new UserError(`${path}: "${field.join(".")}" is not as expected (${message}). ${damaged}`);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
