/** @file A job from its submission to its end: found again where it runs already, told as progress, and said why where it failed. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted, UserError } from "../lib/errors.js";
import { formatCount } from "../lib/text/format.js";
import type { Context } from "../types/approach.js";
import type { TrainingNumbers } from "../types/events.js";
import type { Engine, EngineJob, JobEnd, StagedJob } from "./engine.js";
import { type JobEvent, jobLine } from "./job/log-line.js";
import type { TrainingOutputs } from "./job/outputs.js";

/** How a job is followed. */
export interface FollowOptions extends Pick<Context, "signal" | "log"> {
  /** What is run, for people: `tune:full`. */
  readonly name: string;
  /** Receives what the job says of itself, besides `log`. */
  hears?(event: JobEvent): void;
  /** It is a trial, of which nothing is kept. @default a job that is gone on with */
  readonly isTrial?: boolean;
  /** Asked when the signal is aborted: whether the job is to be stopped. @default it runs on, and is found again */
  stopsOnAbort?(): Promise<boolean>;
}

/** What a job says of itself once it is done. */
export interface DoneJob {
  readonly job: EngineJob;
  /** Of the job's own clock. 0 where it did not say. */
  readonly seconds: number;
}

/** A job that runs says something every 15 seconds; after so many of silence people are told. */
const silenceSeconds = 120;

/** As often as this a job that is lost is handed over again: a cluster that is restarted loses all that it had. */
const mostLosses = 3;

/**
 * Has a job done: attaches to it where the engine knows it, hands it over where not, and again where an earlier attempt had failed or was stopped: it then goes
 * on from its last checkpoint. One that the engine loses meanwhile is handed over again. `UserError` with the last lines of its log where it fails now.
 */
export async function runJob(engine: Engine, staged: StagedJob, options: FollowOptions): Promise<DoneJob> {
  const { signal, log, name } = options;
  for (let losses = 0; ; losses++) {
    throwIfAborted(signal);
    const found = await engine.attach(staged, signal);
    if (found !== null) {
      // That a lost one had come to its end is found out in the same way, and is nothing to be told.
      if (losses === 0) log({ kind: "note", text: `${name} goes on with the job ${staged.id} on ${engine.spec}.` });
      const { end, seconds } = await followed(found, engine, options);
      if (end.kind === "done") return { job: found, seconds };
      log({
        kind: "note",
        text: `The job ${staged.id} had ended before it was done; it is started again from its last checkpoint.`,
      });
    }
    throwIfAborted(signal);
    const job = await engine.submit(staged, signal);
    const { end, seconds } = await followed(job, engine, options);
    if (end.kind === "done") return { job, seconds };
    if (end.kind !== "failed" || end.isLost !== true || losses === mostLosses) throw failed(end, engine, staged, options);
    log({ kind: "note", text: `${engine.spec} no longer knows the job ${staged.id}; it is handed over again.` });
  }
}

/** What a training gave, and the seconds that it took by its own clock; 0 where it did not say. */
export interface FinishedJob<Outputs> {
  readonly outputs: Outputs;
  readonly seconds: number;
}

/** Has a training done, and brings its results, read and checked as `resultsOf` does. */
export async function finishJob<Outputs extends Pick<TrainingOutputs, "training">>(
  engine: Engine,
  job: StagedJob,
  readOutputs: () => Promise<Outputs>,
  options: FollowOptions,
): Promise<FinishedJob<Outputs>> {
  const { outputs, seconds } = await resultsOf(engine, job, readOutputs, options);
  return { outputs, seconds: seconds ?? outputs.training.seconds };
}

/**
 * Has a job done, and brings its results. Those of a job that had been fetched before are taken as they are; `seconds` is then absent.
 *
 * @param readOutputs reads and checks what is in the job's `out/`; a `UserError` where it is damaged, upon which the job is done anew
 */
export async function resultsOf<Outputs>(
  engine: Engine,
  job: StagedJob,
  readOutputs: () => Promise<Outputs>,
  options: FollowOptions,
): Promise<{ readonly outputs: Outputs; readonly seconds?: number }> {
  const manifest = join(job.folder, "out", "manifest.json");
  const read = async (): Promise<Outputs> => {
    try {
      return await readOutputs();
    } catch (error) {
      // Without it nobody takes what is damaged for results again.
      await rm(manifest, { force: true });
      throw error;
    }
  };
  if (existsSync(manifest)) {
    const outputs = await read().catch((error: unknown) => {
      if (error instanceof UserError) return undefined;
      throw error;
    });
    if (outputs !== undefined) return { outputs };
  }
  const { job: ended, seconds } = await runJob(engine, job, options);
  await ended.fetch(options.signal);
  try {
    return { outputs: await read(), seconds };
  } finally {
    // Also where they are damaged: the next fit hands the job over anew.
    await ended.forget();
  }
}

async function followed(
  job: EngineJob,
  engine: Engine,
  options: FollowOptions,
): Promise<{ readonly end: JobEnd; readonly seconds: number }> {
  const { signal, log, name, stopsOnAbort } = options;
  const tell = teller(log, engine.spec);
  let seconds = 0;
  let watch: NodeJS.Timeout | undefined;
  const listen = (): void => {
    clearTimeout(watch);
    const text = `The job of ${name} on ${engine.spec} has said nothing for ${silenceSeconds} seconds. It may hang, or its log come late.`;
    watch = setTimeout(() => log({ kind: "note", text }), silenceSeconds * 1000);
    watch.unref();
  };
  try {
    const lines = job.follow(signal);
    for (;;) {
      const next = await lines.next();
      if (next.done) return { end: next.value, seconds };
      const line = jobLine(next.value);
      if (line.kind === "text") continue;
      // Until it says something it may wait for a machine for hours.
      listen();
      options.hears?.(line);
      if (line.kind === "done") seconds = line.seconds;
      if (options.isTrial !== true) tell(line);
    }
  } catch (error) {
    if (signal.aborted && (await stopsOnAbort?.())) await job.stop();
    throw error;
  } finally {
    clearTimeout(watch);
  }
}

/** Events of a job as progress. */
function teller(log: Context["log"], subject: string): (event: JobEvent) => void {
  let last: Extract<JobEvent, { readonly kind: "step" }> | undefined;
  const tell = (more: TrainingNumbers = {}): void => {
    if (last === undefined) return;
    const { step, steps, loss, learningRate, gradientNorm, rows, tokens } = last;
    const training: TrainingNumbers = {
      loss,
      learningRate,
      ...(gradientNorm !== undefined && { gradientNorm }),
      ...(rows !== undefined && { rows }),
      ...(tokens !== undefined && { tokens }),
      ...more,
    };
    const detail = `loss ${loss.toFixed(3)}, learning rate ${learningRate.toExponential(1)}`;
    log({ kind: "progress", phase: "training", subject, done: step, total: steps, detail, training });
  };
  return (event) => {
    if (event.kind === "step") {
      last = event;
      tell();
    } else if (event.kind === "evaluation") tell({ validationLoss: event.loss });
    else if (event.kind === "labelled")
      log({ kind: "progress", phase: "labeling", subject, done: event.done, total: event.rows });
    else if (event.kind === "answered")
      log({ kind: "progress", phase: "batch", subject, done: event.done, total: event.requests });
    else if (event.kind === "start") log({ kind: "note", text: `The job runs on ${subject}: ${event.device}.` });
    else if (event.kind === "resumed")
      log({ kind: "note", text: `The job goes on from its checkpoint after step ${formatCount(event.step)}.` });
  };
}

/** Of a log, in a message. */
const shownLines = 10;
const shownLetters = 300;

function failed(
  end: Exclude<JobEnd, { readonly kind: "done" }>,
  engine: Engine,
  { folder, id }: StagedJob,
  { name, isTrial = false }: FollowOptions,
): UserError {
  if (end.kind === "stopped")
    return new UserError(
      `The job ${id} of ${name} on ${engine.spec} was stopped. Run again: it goes on from its last checkpoint.`,
    );
  const lines = end.log.slice(-shownLines).map((line) => `  ${printable(line)}`);
  const log = lines.length === 0 ? " It has written nothing." : `\nThe last lines of its log:\n${lines.join("\n")}`;
  const remedy = isTrial
    ? "Mend what it says: the jobs would fail in the same way."
    : `Its folder is ${folder}. Mend what it says and run again: it goes on from its last checkpoint.`;
  return new UserError(`The job ${id} of ${name} on ${engine.spec} failed. ${printable(end.why ?? "")}${log}\n${remedy}`);
}

/** What a foreign program wrote, without what would steer a terminal. */
const printable = (text: string): string =>
  text
    .replaceAll(/\p{Cc}/gu, " ")
    .slice(0, shownLetters)
    .trimEnd();
