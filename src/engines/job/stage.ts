/**
 * @file Writes a job folder. `job.json` is written last and names every input with its hash, so a folder that has it is whole, and the same order for the same
 * job finds it again, with its id and its checkpoints.
 */
import { createHash, randomUUID } from "node:crypto";
import { chmod, copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packageRoot } from "../../lib/package-root.js";
import { privateFileMode, privateFolder, writePrivateFile } from "../../lib/private-file.js";
import { packageVersion } from "../../lib/version.js";
import type { Example, Query } from "../../types/data.js";
import type { StagedJob } from "../engine.js";
import { fileHash } from "./file-hash.js";
import { jobFormat, type StagedFile, type TrainingJobFile, type TrainingJobSpec } from "./job.js";

/** A file of a model: bytes, in parts, or a file of this machine that is copied. */
export type ModelFile = { readonly copied: string } | { readonly parts: Iterable<Uint8Array> };

/** All that a training job is given. */
export interface TrainingJob {
  readonly spec: TrainingJobSpec;
  readonly learned: readonly Example[];
  /** Rows by whose loss training is stopped. Empty where there are none. */
  readonly validation: readonly Example[];
  /** What is to be answered: without labels. */
  readonly queries: readonly Query[];
  /** The model's files, by their paths in its folder; none where the model is one of the Hub. */
  readonly modelFiles: ReadonlyMap<string, ModelFile>;
  /** Where new weights begin, as a safetensors file. @default by the script's own chance */
  readonly start?: Uint8Array;
}

/** A job folder that is whole, and the ids that its answers have to have. */
export interface StagedTraining extends StagedJob {
  readonly script: "train.py";
  readonly labelCount: number;
  readonly testIds: readonly string[];
  readonly validationIds: readonly string[];
}

/** The folder of the scripts that are shipped with the package. */
export const scriptFolder = (): string => join(packageRoot(), "python");

/**
 * Stages a job in a folder of its own. Where the folder holds the very same job already, it is left as it is, with the id that it has; anything else in it is
 * removed. Texts of rows are written for their owner's eyes alone.
 */
export async function stageTraining(folder: string, job: TrainingJob): Promise<StagedTraining> {
  const { spec, learned, validation, queries, modelFiles, start } = job;
  const texts = {
    "train.jsonl": linesOf(learned, spec.task.labels),
    "valid.jsonl": linesOf(validation, spec.task.labels),
    "test.jsonl": queries.map(({ id, text }) => `${JSON.stringify({ id, text })}\n`),
  };
  const inputs: Record<string, StagedFile> = {};
  for (const [name, lines] of Object.entries(texts)) inputs[name] = hashOfLines(lines);
  inputs["train.py"] = await fileHash(join(scriptFolder(), "train.py"));
  if (start !== undefined) inputs["start.safetensors"] = hashOfParts([start]);
  for (const [path, file] of modelFiles)
    inputs[`model/${path}`] = "copied" in file ? await fileHash(file.copied) : hashOfParts(file.parts);

  const described = { ...spec, format: jobFormat, versions: { crossover: packageVersion() }, inputs } as const;
  const known = await idOfSame(folder, described);
  const id = known ?? `crossover-${randomUUID()}`;
  if (known === undefined) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, privateFolder);
    for (const [name, lines] of Object.entries(texts)) await writePrivateFile(join(folder, name), buffers(lines));
    if (start !== undefined) await writePrivateFile(join(folder, "start.safetensors"), start);
    for (const [path, file] of modelFiles) await writeModelFile(join(folder, "model", path), file);
    await writeModelFile(join(folder, "train.py"), { copied: join(scriptFolder(), "train.py") });
    const written: TrainingJobFile = { ...described, id };
    await writePrivateFile(join(folder, "job.json"), `${JSON.stringify(written, null, 2)}\n`);
  }
  const ids = (rows: readonly Query[]): readonly string[] => rows.map((row) => row.id);
  return {
    id,
    folder,
    script: "train.py",
    labelCount: spec.task.labels.length,
    testIds: ids(queries),
    validationIds: ids(validation),
  };
}

/** The id of the job in the folder, where it is the same but for that; `undefined` where there is none, or another. */
async function idOfSame(folder: string, described: Omit<TrainingJobFile, "id">): Promise<string | undefined> {
  try {
    const { id, ...found } = JSON.parse(await readFile(join(folder, "job.json"), "utf8")) as TrainingJobFile;
    return canonical(found) === canonical(described) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** JSON whose fields are in order, and those without a value left out. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function linesOf(examples: readonly Example[], labels: readonly string[]): string[] {
  return examples.map(({ id, text, labels: own, softLabels }) => {
    const soft = softLabels && { soft_labels: labels.map((label) => (Object.hasOwn(softLabels, label) ? softLabels[label] : 0)) };
    return `${JSON.stringify({ id, text, labels: own, ...soft })}\n`;
  });
}

/** So many lines are written at once. */
const linesPerPart = 1000;

function* buffers(lines: readonly string[]): Generator<Uint8Array> {
  for (let at = 0; at < lines.length; at += linesPerPart) yield Buffer.from(lines.slice(at, at + linesPerPart).join(""));
}

const hashOfLines = (lines: readonly string[]): StagedFile => hashOfParts(buffers(lines));

function hashOfParts(parts: Iterable<Uint8Array>): StagedFile {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const part of parts) {
    hash.update(part);
    bytes += part.length;
  }
  return { sha256: hash.digest("hex"), bytes };
}

async function writeModelFile(path: string, file: ModelFile): Promise<void> {
  if ("parts" in file) return writePrivateFile(path, file.parts);
  await mkdir(dirname(path), privateFolder);
  await copyFile(file.copied, path);
  await chmod(path, privateFileMode);
}
