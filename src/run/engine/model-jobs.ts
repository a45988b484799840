/** @file Open models that jobs of the run's engine ask: a batch is a job, whose folder lies beside the batch's file and goes with it. */
import { commandWords } from "../../engines/command/words.js";
import { resultsOf } from "../../engines/follow-job.js";
import {
  type BatchTimes,
  checkResponses,
  readResponses,
  type StagedBatch,
  stageBatch,
  stagedBatch,
} from "../../engines/job/batch-job.js";
import { UserError } from "../../lib/errors.js";
import { at, textAt } from "../../lib/json-value.js";
import { formatPlural, formatSeconds } from "../../lib/text/format.js";
import type { BatchOptions } from "../../prompt/batch/batch-queue.js";
import type { BatchAnswer, BatchInput, BatchService } from "../../prompt/batch/batch-service.js";
import { secondsHeader } from "../../prompt/batch/batch-transport.js";
import type { JobModel, ModelJobs } from "../../prompt/batch/model-jobs.js";
import { isAskedByJobs, needsEngine } from "../../prompt/providers/vllm.js";
import type { RunOptions } from "../run-options.js";
import { localEngine, type RunEngine } from "./run-engine.js";

/** How vLLM is run. */
export interface JobOptions extends Pick<RunOptions, "engineGpus" | "vllmArgs"> {
  /** The most requests of one job. @default 50,000: the model is loaded once for all of them */
  readonly mostRequests?: number;
}

/**
 * What asks `vllm:` models by jobs of an engine. On an engine of one machine a job has it alone: vLLM takes a whole GPU.
 *
 * @throws UserError where `--vllm-args` can't be used
 */
export function modelJobs(
  { engine, turns }: Pick<RunEngine, "engine" | "turns">,
  options: JobOptions,
  batch: BatchOptions,
): ModelJobs {
  const vllmArguments = vllmWords(options.vllmArgs);
  const { log = () => {} } = batch;
  const isSplit = Number.isInteger(options.engineGpus) && options.engineGpus > 1;
  const settings = {
    ...(isSplit && { tensor_parallel: options.engineGpus }),
    ...(vllmArguments.length > 0 && { arguments: vllmArguments }),
  };
  const inTurn = engine.isOneMachine === true ? turns.alone : turns;

  const batches = ({ name, source }: JobModel): BatchService => {
    const stage = ({ folder, path, requests }: BatchInput): Promise<StagedBatch> =>
      stageBatch(folder, { requestsPath: path, requests, model: { name, ...source }, settings });
    /** The job that was handed over under this id, else the same one anew. */
    const jobOf = async (id: string, batch: BatchInput): Promise<StagedBatch> =>
      (await stagedBatch(batch.folder, id)) ?? stage(batch);
    return {
      mostRequests: options.mostRequests ?? 50_000,
      mostBytes: 200_000_000,
      promise: `a job of ${engine.spec} answers them`,
      line: (key, body) => `{"custom_id":${JSON.stringify(key)},"method":"POST","url":"/v1/chat/completions","body":${body}}`,
      submit: async (batch) => (await stage(batch)).id,
      // The folder knows: what is staged once more is the same job.
      find: async () => null,
      async state(id, signal, batch) {
        const job = await jobOf(id, batch);
        const follow = { signal, log, name: name };
        const { outputs, seconds } = await inTurn(() => resultsOf(engine, job, () => checkResponses(job), follow));
        if (seconds !== undefined) log({ kind: "note", text: tookText(job.id, seconds, outputs) });
        return { isOver: true, done: batch.requests, total: batch.requests };
      },
      async *answers(id, _signal, _isLastTry, batch) {
        const job = await jobOf(id, batch);
        const { answeringSeconds, requests } = await checkResponses(job);
        for await (const line of readResponses(job)) yield answerOf(line, answeringSeconds / Math.max(1, requests));
      },
    };
  };
  return { vllmArguments, batch, batches };
}

/** What a job took; what its model took to be loaded is no part of the price of a text. */
function tookText(id: string, seconds: number, { answeringSeconds, requests }: BatchTimes): string {
  const answering = `${formatSeconds(answeringSeconds)} of them for ${formatPlural(requests, "answer")}`;
  return `The job ${id} took ${formatSeconds(seconds)}, ${answering}: the price of a text is that of these alone.`;
}

/** Statuses that invite to ask again: each time that would be a job. The job itself has asked twice where it was worth it. */
const passing = new Set([408, 409, 425, 429]);

/**
 * A line of vLLM's output as the answer to a request. What it says of one that failed stands beside the response there, in a form of its own
 * (`vllm/entrypoints/launchers/run_batch.py`, 0.33).
 */
export function answerOf(line: unknown, seconds: number): BatchAnswer {
  const key = textAt(line, "custom_id") ?? "";
  const response = at(line, "response");
  const [status, body] = [at(response, "status_code"), at(response, "body")];
  const isAnswer = Array.isArray(at(body, "choices")) && textAt(at(at(body, "choices"), 0), "finish_reason") !== "error";
  const answered = (code: number, said: unknown): BatchAnswer => ({
    key,
    answer: { status: code, headers: { [secondsHeader]: String(seconds) }, body: JSON.stringify(said) },
  });
  if (status === 200 && isAnswer) return answered(200, body);
  const told = at(line, "error");
  const fault = at(told, "error") ?? told;
  const message = (typeof fault === "string" ? fault : textAt(fault, "message")) ?? "no reason is given";
  const isOwn = typeof status === "number" && status >= 400 && status < 500 && !passing.has(status);
  const param = textAt(fault, "param");
  const said = isOwn || typeof status !== "number" ? message : `(${status}) ${message}`;
  return answered(isOwn ? status : 400, { error: { message: said, ...(param !== null && { param }) } });
}

/** Options of vLLM that are told otherwise, each with how; or that would put a secret into a job's folder. */
const taken: Readonly<Record<string, string>> = {
  "--model": "--llm vllm:ORG/MODEL",
  "--revision": "--llm vllm:ORG/MODEL@REVISION",
  "--served-model-name": "--llm vllm:ORG/MODEL",
  "--input-file": "nothing: it is the job's",
  "--output-file": "nothing: it is the job's",
  "-i": "nothing: it is the job's",
  "-o": "nothing: it is the job's",
  "--hf-token": "HF_TOKEN in the environment of the job: arguments are written to disk",
};

/** Abbreviations from this length on are one option's. */
const shortest = 6;

/** The words of `--vllm-args`. `UserError` where one is told otherwise. */
export function vllmWords(given: string | undefined): readonly string[] {
  if (given === undefined || given.trim() === "") return [];
  const words = commandWords(given);
  for (const word of words) {
    const name = /^--?[\w-]+/.exec(word)?.[0].replaceAll("_", "-") ?? "";
    const found = Object.keys(taken).find((each) => each === name || (name.length >= shortest && each.startsWith(name)));
    if (found !== undefined) throw new UserError(`--vllm-args has ${found}. Say it by ${taken[found]}.`);
  }
  return words;
}

/** Refuses models that jobs ask, where no engine is named that does them. */
export function checkEngineOf(llm: readonly string[], engine: string): void {
  const spec = engine === localEngine ? llm.find(isAskedByJobs) : undefined;
  if (spec !== undefined) throw needsEngine(spec);
}
