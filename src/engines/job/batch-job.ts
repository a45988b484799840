/**
 * @file Requests to a language model, asked by a job: an OpenAI batch file in, one out, as `vllm run-batch` reads and writes them. What is asked and
 * what an answer says is nothing to it.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { formatCount } from "../../lib/text/format.js";
import type { StagedJob } from "../engine.js";
import { fileLines } from "./file-lines.js";
import type { BatchJobSpec, BatchSettings } from "./job.js";
import { scriptFile, stageFolder } from "./job-folder.js";
import { checkManifest, damaged, readJson } from "./outputs.js";

/** A job folder with requests. */
export interface StagedBatch extends StagedJob {
  readonly script: "batch.py";
}

/** What is asked of which model. */
export interface BatchJob {
  /** A file of OpenAI's batch format, each line with an id of its own. */
  readonly requestsPath: string;
  readonly requests: number;
  readonly model: BatchJobSpec["model"];
  readonly settings: BatchSettings;
}

const own = { script: "batch.py", wantsGpu: true, isOneProcess: true } as const;

/** Stages requests in a folder of their own, as `stageFolder` does. */
export async function stageBatch(folder: string, { requestsPath, requests, model, settings }: BatchJob): Promise<StagedBatch> {
  const files = new Map([["requests.jsonl", { copied: requestsPath }] as const, ["batch.py", scriptFile("batch.py")] as const]);
  return { ...own, id: await stageFolder(folder, { method: "batch", model, requests, settings }, files), folder };
}

/** The job of this id where the folder has it, also from another version of ours; `null` where it has none or another. */
export async function stagedBatch(folder: string, id: string): Promise<StagedBatch | null> {
  const path = join(folder, "job.json");
  if (!existsSync(path)) return null;
  try {
    const found = z.object({ id: z.string() }).parse(JSON.parse(await readFile(path, "utf8")));
    return found.id === id ? { ...own, id, folder } : null;
  } catch {
    return null;
  }
}

/** What a job took. */
export interface BatchTimes {
  /** Seconds in which requests were answered, by all attempts together; the loading of the model left out where the job could tell it apart. */
  readonly answeringSeconds: number;
  /** Requests that were answered in it. */
  readonly requests: number;
}

const stateSchema = z.object({ answering_seconds: z.number().nonnegative(), requests: z.int().nonnegative() });
const lineSchema = z.looseObject({ custom_id: z.string() });
const needed = ["responses.jsonl", "state.json"];

/** Checks what a job that is done left: a line for each request, and none beside. `UserError` names the file and the line of what is wrong. */
export async function checkResponses({ folder, id }: StagedBatch): Promise<BatchTimes> {
  const out = join(folder, "out");
  const files = await checkManifest(out, id);
  const missing = needed.find((name) => !Object.hasOwn(files, name));
  if (missing !== undefined) throw new UserError(`${join(out, "manifest.json")} names no ${missing}. ${damaged}`);
  const open = new Set<string>();
  for await (const line of fileLines(join(folder, "requests.jsonl"))) open.add(lineSchema.parse(parsed(line)).custom_id);
  const asked = open.size;
  const path = join(out, "responses.jsonl");
  let number = 0;
  for await (const line of fileLines(path)) {
    number++;
    const found = lineSchema.safeParse(parsed(line)).data;
    const fault =
      found === undefined
        ? 'expected an object with a "custom_id"'
        : `"${found.custom_id.slice(0, 100)}" was not asked, or is answered twice`;
    if (found === undefined || !open.delete(found.custom_id)) throw new UserError(`${path} line ${number}: ${fault}. ${damaged}`);
  }
  if (open.size > 0)
    throw new UserError(`${path} has ${formatCount(asked - open.size)} answers; expected ${formatCount(asked)}. ${damaged}`);
  const state = await readJson(join(out, "state.json"), stateSchema);
  return { answeringSeconds: state.answering_seconds, requests: state.requests };
}

/** The answers of a job that was checked, each a parsed line, in no certain order. */
export async function* readResponses({ folder }: Pick<StagedBatch, "folder">): AsyncGenerator<unknown> {
  for await (const line of fileLines(join(folder, "out", "responses.jsonl"))) yield parsed(line);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
