/**
 * @file A run on disk: `run.json` (what was asked, of which data, on which machine), `predictions.jsonl` (one line an outcome)
 * and `measurements.jsonl` (one line a finished measurement). No statistic is stored as a source: all are recomputed from the rows.
 *
 * A measurement counts from the moment its line stands in `measurements.jsonl`, which is written after its predictions. Predictions
 * without such a line are the remains of a killed run; they are dropped when the run is opened to go on.
 */
import { appendFile, mkdir, open, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../lib/atomic-write.js";
import { messageOf, UserError } from "../lib/errors.js";
import { sha256 } from "../lib/hash.js";
import type { Assumptions, Measurement, Outcome, TaskFacts } from "../types.js";

/** The version of the folder's layout. A reader refuses what is newer than itself. */
export const runFormat = 1;

/** What `run.json` holds. Plain JSON; never a key. */
export interface RunManifest {
  readonly format: number;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Absent while the run goes on, after it was interrupted, and where an approach could not be measured. */
  readonly finishedAt?: string;
  /** Version of this package. */
  readonly version: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGb: number;
    readonly node: string;
    readonly os: string;
  };
  /** Where the process stood when the run was begun: relative paths in `options` start there. Absent in runs of early versions. */
  readonly workingFolder?: string;
  /** The options as given, so that the run can be resumed and repeated. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly task: TaskFacts;
  readonly assumptions: Assumptions;
  readonly failed: readonly { readonly approach: string; readonly reason: string }[];
}

/** A run's folder, open for reading and appending. */
export interface Run {
  readonly folder: string;
  readonly manifest: RunManifest;
  readonly measurements: readonly Measurement[];
  /** Where the fit of a measurement may keep what lets it go on after it was killed. */
  checkpointFolder(key: MeasurementKey): string;
  /** On disk, flushed, when the promise resolves. What its fit had kept is deleted. */
  append(measurement: Measurement): Promise<void>;
  update(changes: Partial<Omit<RunManifest, "format" | "name">>): Promise<void>;
  /** Marks the run as unfinished: something is measured again. */
  reopen(): Promise<void>;
}

type MeasurementHead = Omit<Measurement, "outcomes"> & { readonly rows: number };
type MeasurementKey = Pick<Measurement, "approach" | "split" | "trainSize" | "seed">;
type PredictionLine = Outcome & MeasurementKey;

const keyOf = (m: MeasurementKey): string => JSON.stringify([m.approach, m.split, m.trainSize, m.seed]);

/** Makes the folder of a new run. A folder that already holds a run is a `UserError`. */
export async function createRun(folder: string, manifest: RunManifest): Promise<Run> {
  await checkNoRun(folder);
  const path = join(folder, "run.json");
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(path, json(manifest));
  return makeRun(folder, manifest, []);
}

/** A folder that already holds a run is a `UserError`. */
export async function checkNoRun(folder: string): Promise<void> {
  if (await exists(join(folder, "run.json")))
    throw new UserError(`${folder} already holds a run. Continue it with "crossover resume ${folder}", or give another --name.`);
}

/** Opens a run to look at it, and writes nothing. Errors name what is missing or broken. */
export async function openRun(folder: string): Promise<Run> {
  return makeRun(folder, await readManifest(folder), await readMeasurements(folder));
}

/**
 * Opens a run to go on with it, and drops predictions that no finished measurement owns. The caller holds its lock: what another process had
 * finished since it was read would be dropped too.
 *
 * @param isKept measurements for which it is false are left out, to be made again
 */
export async function continueRun(folder: string, isKept: (measurement: Measurement) => boolean = () => true): Promise<Run> {
  const manifest = await readManifest(folder);
  const measurements = (await readMeasurements(folder)).filter(isKept);
  await writeFileAtomic(join(folder, "predictions.jsonl"), measurements.map(predictionLines).join(""));
  await writeFileAtomic(join(folder, "measurements.jsonl"), measurements.map(headLine).join(""));
  return makeRun(folder, manifest, measurements);
}

/** The runs in a folder of runs, newest first. Folders without a readable `run.json` are left out. */
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

function makeRun(folder: string, manifest: RunManifest, measurements: readonly Measurement[]): Run {
  let current = manifest;
  const all = [...measurements];
  // Names of approaches have characters that folders may not have: a digest keeps two of them apart.
  const checkpointFolder = (key: MeasurementKey): string =>
    join(folder, "checkpoints", `${key.approach.replace(/[^\w.@-]+/g, "_")}-${sha256(keyOf(key)).slice(0, 12)}`);
  return {
    folder,
    checkpointFolder,
    get manifest() {
      return current;
    },
    measurements: all,
    async append(measurement) {
      await appendFlushed(join(folder, "predictions.jsonl"), predictionLines(measurement));
      await appendFlushed(join(folder, "measurements.jsonl"), headLine(measurement));
      all.push(measurement);
      await rm(checkpointFolder(measurement), { recursive: true, force: true });
      // Gone with the last one in it; otherwise it refuses, and stays.
      await rmdir(join(folder, "checkpoints")).catch(() => {});
    },
    async update(changes) {
      current = { ...current, ...changes };
      await writeFileAtomic(join(folder, "run.json"), json(current));
    },
    async reopen() {
      const { finishedAt: _, ...open } = current;
      current = open;
      await writeFileAtomic(join(folder, "run.json"), json(current));
    },
  };
}

function headLine(measurement: Measurement): string {
  const { outcomes, ...head } = measurement;
  return `${JSON.stringify({ ...head, rows: outcomes.length } satisfies MeasurementHead)}\n`;
}

function predictionLines({ approach, split, trainSize, seed, outcomes }: Measurement): string {
  return outcomes
    .map((outcome) => `${JSON.stringify({ approach, split, trainSize, seed, ...outcome } satisfies PredictionLine)}\n`)
    .join("");
}

async function appendFlushed(path: string, text: string): Promise<void> {
  await appendFile(path, text);
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readManifest(folder: string): Promise<RunManifest> {
  const path = join(folder, "run.json");
  let manifest: RunManifest;
  try {
    manifest = JSON.parse(await readFile(path, "utf8")) as RunManifest;
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "it has no run.json"
        : `its run.json can't be read (${messageOf(error)})`;
    throw new UserError(`${folder} is not a run: ${why}. "crossover list" shows the runs there are.`);
  }
  if (typeof manifest.format !== "number" || typeof manifest.name !== "string") {
    throw new UserError(`${path} was not written by crossover: it has no "format" and "name".`);
  }
  const isWhole =
    typeof manifest.createdAt === "string" && [manifest.options, manifest.task, manifest.assumptions].every(Boolean);
  if (manifest.format <= runFormat && !isWhole) {
    throw new UserError(
      `${path} lacks what a run is made of (createdAt, options, task or assumptions). The file was changed; run the comparison again.`,
    );
  }
  if (manifest.format > runFormat) {
    throw new UserError(
      `${path} has format ${manifest.format}; this version of crossover reads up to ${runFormat}. Update crossover.`,
    );
  }
  return manifest;
}

async function readMeasurements(folder: string): Promise<Measurement[]> {
  const heads = await readLines<MeasurementHead>(join(folder, "measurements.jsonl"));
  const rows = new Map<string, Outcome[]>(heads.map((head) => [keyOf(head), []]));
  for (const { approach, split, trainSize, seed, ...outcome } of await readLines<PredictionLine>(
    join(folder, "predictions.jsonl"),
  )) {
    rows.get(keyOf({ approach, split, trainSize, seed }))?.push(outcome);
  }
  return heads.map(({ rows: count, ...head }) => {
    // A measurement that was begun, killed and begun again has its rows twice: the last ones belong to the head.
    const outcomes = rows.get(keyOf(head))!.slice(-count);
    if (outcomes.length < count) {
      throw new UserError(
        `${join(folder, "predictions.jsonl")} has ${outcomes.length} rows of ${head.approach}, measurements.jsonl says ${count}. ` +
          "The file was changed or cut; run the comparison again.",
      );
    }
    return { ...head, outcomes };
  });
}

/** Parses JSON lines; a torn last line, left by a killed process, is dropped. */
async function readLines<Line>(path: string): Promise<Line[]> {
  if (!(await exists(path))) return [];
  // Complete files end with a line feed, so what stands after the last one is nothing, or torn.
  const lines = (await readFile(path, "utf8")).split("\n").slice(0, -1);
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as Line;
    } catch {
      throw new UserError(`${path} line ${i + 1} is not JSON. The file was changed; run the comparison again.`);
    }
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
