/** @file Rows that a tuned model labels elsewhere, as a job folder. Neither they nor their answers are ever held all at once. */
import { mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { privateFileMode, privateFolder } from "../../lib/private-file.js";
import { formatCount } from "../../lib/text/format.js";
import type { Query } from "../../types/data.js";
import type { StagedJob } from "../engine.js";
import { fileLines } from "./file-lines.js";
import type { LabelSettings } from "./job.js";
import { type InputFile, scriptFile, stageFolder } from "./job-folder.js";
import { copiedFiles } from "./model-source.js";
import { checkManifest, damaged } from "./outputs.js";
import type { SharedModels } from "./shared-models.js";

/** A job folder with rows to be labelled. */
export interface StagedLabeling extends StagedJob {
  readonly script: "label.py";
  readonly rows: number;
  readonly labelCount: number;
}

/** What is labelled, and by what. */
export interface LabelingJob {
  /** The folder of a tuned model, as a run writes it or transformers does. */
  readonly modelFolder: string;
  readonly labelCount: number;
  /** Ids need not be unique: answers come in the order of the rows. */
  readonly rows: AsyncIterable<Query> | Iterable<Query>;
  readonly settings?: LabelSettings;
  /** Where the model is kept for all jobs that are given it. @default each has a copy */
  readonly shared?: SharedModels;
}

/** Stages labeling in a folder of its own, as `stageFolder` does. The rows are gone through once. */
export async function stageLabeling(folder: string, job: LabelingJob): Promise<StagedLabeling> {
  const { modelFolder, labelCount, settings = {}, shared } = job;
  const kept = await shared?.keep(modelFolder, () => copiedFiles(modelFolder));
  const model: ReadonlyMap<string, InputFile> = kept?.files ?? (await copiedFiles(modelFolder));
  // Beside the folder, which may be one that is gone on with.
  const beside = `${folder}.rows`;
  try {
    const rows = await writeRows(beside, job.rows);
    const files = new Map<string, InputFile>([
      ["rows.jsonl", { copied: beside }] as const,
      ["label.py", scriptFile("label.py")] as const,
      ...[...model].map(([path, file]) => [`model/${path}`, file] as const),
    ]);
    const id = await stageFolder(folder, { method: "label", rows, settings }, files);
    return { id, folder, script: "label.py", rows, labelCount, ...(kept && { model: kept }) };
  } finally {
    await rm(beside, { force: true });
  }
}

/** Letters that are written at once. */
const partLetters = 1 << 20;

async function writeRows(path: string, rows: LabelingJob["rows"]): Promise<number> {
  await mkdir(dirname(path), privateFolder);
  await using file = await open(path, "w", privateFileMode);
  let [count, part] = [0, ""];
  for await (const { id, text } of rows) {
    part += `${JSON.stringify({ id, text })}\n`;
    count++;
    if (part.length < partLetters) continue;
    await file.writeFile(part);
    part = "";
  }
  await file.writeFile(part);
  return count;
}

/** One row's answer. */
export interface LabelledRow {
  readonly id: string;
  readonly logits: Float32Array;
}

const row = z.object({ id: z.string() });
const answer = z.object({ id: z.string(), logits: z.array(z.number()) });

/** The answers of a job that is done, in the order of the rows and checked against them. `UserError` names the file and the line of what is wrong. */
export async function* readLabels({ folder, id, labelCount, rows }: StagedLabeling): AsyncGenerator<LabelledRow> {
  const out = join(folder, "out");
  const path = join(out, "predictions.jsonl");
  const files = await checkManifest(out, id);
  if (!Object.hasOwn(files, "predictions.jsonl"))
    throw new UserError(`${join(out, "manifest.json")} names no predictions.jsonl. ${damaged}`);
  const asked = fileLines(join(folder, "rows.jsonl"));
  let line = 0;
  const wrong = (what: string): UserError => new UserError(`${path} line ${line}: ${what}. ${damaged}`);
  try {
    for await (const text of fileLines(path)) {
      line++;
      const expected = await asked.next();
      if (expected.done) throw wrong(`there are only ${formatCount(rows)} rows`);
      const found = answer.safeParse(parsed(text));
      if (!found.success) throw wrong('expected an object with "id" and finite "logits"');
      const { id: own, logits } = found.data;
      const wanted = row.parse(parsed(expected.value)).id;
      if (own !== wanted) throw wrong(`the answer to the row ${shown(own)} stands where that to ${shown(wanted)} should`);
      if (logits.length !== labelCount) throw wrong(`${logits.length} logits; expected ${labelCount}, one a label`);
      yield { id: own, logits: Float32Array.from(logits) };
    }
  } finally {
    await asked.return(undefined);
  }
  if (line !== rows) throw new UserError(`${path} has ${formatCount(line)} answers; expected ${formatCount(rows)}. ${damaged}`);
}

const shown = (id: string): string => JSON.stringify(id.slice(0, 100));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
