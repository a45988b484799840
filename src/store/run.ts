/**
 * @file A run on disk: `run.json` (what was asked, of which data, on which machine), `predictions.jsonl` (one line an outcome)
 * and `measurements.jsonl` (one line a finished measurement). No statistic is stored as a source: all are recomputed from the rows. Each line, and
 * `run.json`, ends with a checksum, its field `crc`.
 *
 * A measurement counts from the moment its line stands in `measurements.jsonl`, which is written after its predictions. Predictions
 * without such a line are the remains of a killed run; they are dropped when the run is opened to go on. One that is made again stands beside the
 * former until its own line is written.
 */
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../lib/errors.js";
import { sha256 } from "../lib/hash.js";
import { privateFolder, writePrivateFile } from "../lib/private-file.js";
import { checkRegularFile } from "../lib/regular-file.js";
import { sealedDocument, unsealed } from "../lib/sealed-json.js";
import { keyOf, measurementKey } from "../lib/text/measurement-key.js";
import type { Measurement, MeasurementKey } from "../types/measurement.js";
import type { Outcome } from "../types/prediction.js";
import { appendLines, checked, damaged, readJournal, writeLines } from "./journal.js";
import {
  headSchema,
  type MeasurementHead,
  manifestSchema,
  type PredictionLine,
  predictionSchema,
  type RunManifest,
  runFormat,
} from "./run-format.js";

export { type RunManifest, runFormat } from "./run-format.js";

/** A run's folder, open for reading and appending. */
export interface Run {
  readonly folder: string;
  readonly manifest: RunManifest;
  /** The measurements that are complete. */
  readonly measurements: readonly Measurement[];
  /** The folder for checkpoints of a measurement's fit, to resume it after the process was killed. */
  checkpointFolder(key: MeasurementKey): string;
  /** The folder for what several fits need. Deleted with the last checkpoints. */
  readonly sharedFolder: string;
  /** Stores a measurement, and deletes its checkpoints. It is on disk, flushed, when the promise resolves. */
  append(measurement: Measurement): Promise<void>;
  update(changes: Partial<Omit<RunManifest, "format" | "name">>): Promise<void>;
  /** Marks the run as unfinished, to measure something again. */
  reopen(): Promise<void>;
}

const plainObject = z.record(z.string(), z.unknown());

/** Makes the folder of a new run. A folder that already holds a run is a `UserError`. */
export async function createRun(folder: string, manifest: RunManifest): Promise<Run> {
  await checkNoRun(folder);
  const path = join(folder, "run.json");
  await mkdir(folder, privateFolder);
  await writePrivateFile(path, sealedDocument(manifest));
  return makeRun(folder, manifest, [], () => true);
}

/** A folder that already holds a run is a `UserError`. */
export async function checkNoRun(folder: string): Promise<void> {
  if (await exists(join(folder, "run.json")))
    throw new UserError(`${folder} already holds a run. Continue it with "crossover resume ${folder}", or give another --name.`);
}

/** Reads a run, and writes nothing. Throws a `UserError` that names what is missing or broken. */
export async function readRun(folder: string): Promise<Run> {
  const manifest = await readManifest(folder);
  return makeRun(folder, manifest, (await readMeasurements(folder, manifest)).stored, () => true);
}

/**
 * Opens a run to go on with it, and drops predictions that no finished measurement owns. The caller holds its lock: what another process had
 * finished since it was read would be dropped too.
 *
 * @param isKept measurements for which it is false are left out, to be made again; until that is done they stay on disk
 */
export async function continueRun(folder: string, isKept: (measurement: Measurement) => boolean = () => true): Promise<Run> {
  const manifest = await readManifest(folder);
  const { stored, hasRemains } = await readMeasurements(folder, manifest);
  if (hasRemains) await rewrite(folder, stored);
  return makeRun(folder, manifest, stored, isKept);
}

/** Lists the runs in a folder, newest first. Folders without a readable `run.json` are left out. */
export async function listRuns(root: string): Promise<{ folder: string; manifest: RunManifest }[]> {
  const entries = (await exists(root)) ? await readdir(root, { withFileTypes: true }) : [];
  const runs: { folder: string; manifest: RunManifest }[] = [];
  for (const entry of entries) {
    const folder = join(root, entry.name);
    if (!entry.isDirectory() || !(await exists(join(folder, "run.json")))) continue;
    try {
      runs.push({ folder, manifest: await readManifest(folder) });
    } catch (error) {
      // One broken run must not hide the others.
      if (!(error instanceof UserError)) throw error;
    }
  }
  return runs.sort((a, b) => (a.manifest.createdAt < b.manifest.createdAt ? 1 : -1));
}

/** A measurement as it stands on disk. */
interface Stored {
  readonly measurement: Measurement;
  readonly attempt: number;
}

function makeRun(
  folder: string,
  manifest: RunManifest,
  before: readonly Stored[],
  isKept: (measurement: Measurement) => boolean,
): Run {
  let current = manifest;
  const stored = new Map(before.map((each) => [measurementKey(each.measurement), each]));
  const all = before.map(({ measurement }) => measurement).filter(isKept);
  // Names of approaches have characters that folders may not have: a digest keeps two of them apart.
  const checkpoints = join(folder, "checkpoints");
  const shared = "shared";
  const checkpointFolder = (key: MeasurementKey): string =>
    join(checkpoints, `${key.approach.replace(/[^\w.@-]+/g, "_")}-${sha256(measurementKey(key)).slice(0, 12)}`);
  return {
    folder,
    checkpointFolder,
    sharedFolder: join(checkpoints, shared),
    get manifest() {
      return current;
    },
    measurements: all,
    async append(measurement) {
      const key = measurementKey(measurement);
      const former = stored.get(key);
      const made: Stored = { measurement, attempt: (former?.attempt ?? 0) + 1 };
      await appendLines(join(folder, "predictions.jsonl"), predictionLines(made));
      await appendLines(join(folder, "measurements.jsonl"), [headLine(made)]);
      stored.delete(key);
      stored.set(key, made);
      all.push(measurement);
      if (former !== undefined) await rewrite(folder, [...stored.values()]);
      await rm(checkpointFolder(measurement), { recursive: true, force: true });
      const left = await readdir(checkpoints).catch((): string[] => []);
      if (left.every((name) => name === shared)) await rm(checkpoints, { recursive: true, force: true });
    },
    async update(changes) {
      current = { ...current, ...changes };
      await writePrivateFile(join(folder, "run.json"), sealedDocument(current));
    },
    async reopen() {
      const { finishedAt: _, ...open } = current;
      current = open;
      await writePrivateFile(join(folder, "run.json"), sealedDocument(current));
    },
  };
}

function headLine({ measurement: { outcomes, ...head }, attempt }: Stored): MeasurementHead {
  return { ...head, rows: outcomes.length, ...attemptField(attempt) };
}

function* predictionLines({ measurement, attempt }: Stored): Generator<PredictionLine> {
  const key = { ...keyOf(measurement), ...attemptField(attempt) };
  for (const outcome of measurement.outcomes) yield { ...key, ...outcome };
}

const attemptField = (attempt: number): { readonly attempt?: number } => (attempt === 1 ? {} : { attempt });

/** Puts these measurements in place of all that the files hold. Predictions first: heads whose rows are gone are superseded ones. */
async function rewrite(folder: string, stored: readonly Stored[]): Promise<void> {
  const lines = function* (): Generator<PredictionLine> {
    for (const each of stored) yield* predictionLines(each);
  };
  await writeLines(join(folder, "predictions.jsonl"), lines());
  await writeLines(join(folder, "measurements.jsonl"), stored.map(headLine));
}

/** How to go on with a run whose files are damaged. */
const remedy = "Put the file back from a copy, or run the comparison again: stored answers are used again.";

async function readManifest(folder: string): Promise<RunManifest> {
  const path = join(folder, "run.json");
  let text: string;
  let value: Readonly<Record<string, unknown>>;
  try {
    checkRegularFile(path);
    text = await readFile(path, "utf8");
    value = checked(path, JSON.parse(text), plainObject, remedy);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "it has no run.json"
        : `its run.json can't be read (${messageOf(error)})`;
    throw new UserError(`${folder} is not a run: ${why}. "crossover list" shows the runs there are.`);
  }
  if (typeof value["format"] !== "number" || typeof value["name"] !== "string")
    throw new UserError(`${path} was not written by crossover: it has no "format" and "name".`);
  if (value["format"] > runFormat)
    throw new UserError(`${path} has format ${value["format"]}; this version of crossover reads ${runFormat}. Update crossover.`);
  if (value["format"] < runFormat)
    throw new UserError(
      `${path} has format ${value["format"]}, of an earlier version of crossover; this one reads ${runFormat}. Run the comparison again.`,
    );
  const whole = unsealed(text);
  if (whole === null) throw damaged(path, remedy);
  return untold(checked(path, whole, manifestSchema, remedy));
}

/** Before a label could go without a price, one that nobody told was 0. Runs of that time lack an option that all later ones have. */
function untold(manifest: RunManifest): RunManifest {
  const { usdPerLabel, ...assumptions } = manifest.assumptions;
  return usdPerLabel !== 0 || "llmPrice" in manifest.options ? manifest : { ...manifest, assumptions };
}

/** What the files hold, and whether there is more in them than these: the remains of a killed process, or measurements made again since. */
async function readMeasurements(
  folder: string,
  { task }: RunManifest,
): Promise<{ readonly stored: Stored[]; readonly hasRemains: boolean }> {
  const labels = new Set(task.labels);
  const path = { heads: join(folder, "measurements.jsonl"), rows: join(folder, "predictions.jsonl") };
  let hasRemains = false;
  /** Of each key, the one that was made last. */
  const heads = new Map<string, { readonly head: MeasurementHead; readonly outcomes: Outcome[] }>();
  for await (const read of readJournal(path.heads, { schema: headSchema, remedy })) {
    if ("torn" in read || heads.delete(measurementKey(read.line))) hasRemains = true;
    if ("line" in read) heads.set(measurementKey(read.line), { head: read.line, outcomes: [] });
  }
  for await (const read of readJournal(path.rows, { schema: predictionSchema, remedy })) {
    if ("torn" in read) {
      hasRemains = true;
      continue;
    }
    const { approach, split, trainSize, seed, experiment: _, attempt, ...outcome } = read.line;
    const stranger = [...outcome.truth, ...(outcome.answer ?? [])].find((label) => !labels.has(label));
    if (stranger !== undefined)
      throw new UserError(
        `${path.rows}: row ${outcome.id} of ${approach} has the label ${JSON.stringify(stranger)}, which is none of run.json's. ${remedy}`,
      );
    const owner = heads.get(measurementKey(read.line));
    if (owner !== undefined && owner.head.attempt === attempt) owner.outcomes.push(outcome);
    else hasRemains = true;
  }
  const stored = [...heads.values()].map(({ head: { rows, attempt = 1, ...head }, outcomes }) => {
    if (outcomes.length < rows)
      throw new UserError(
        `${path.rows} has ${outcomes.length} rows of ${head.approach}, measurements.jsonl says ${rows}. ` +
          "The file was changed or cut; run the comparison again.",
      );
    // One that was begun, killed and begun again has its rows twice: the last ones belong to the head.
    if (outcomes.length > rows) hasRemains = true;
    return { measurement: { ...head, outcomes: outcomes.slice(outcomes.length - rows) }, attempt };
  });
  return { stored, hasRemains };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
