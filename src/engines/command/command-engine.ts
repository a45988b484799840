/**
 * @file `command:CMD`: a job is a process of this machine, which may well be `ssh` or `srun`. It is a session of its own and writes its log to the job folder,
 * so it outlives us, and whoever comes next finds it there.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { constants, existsSync } from "node:fs";
import { access, mkdir, open, readFile, rm } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../../lib/errors.js";
import { privateFileMode, privateFolder, writePrivateFile } from "../../lib/private-file.js";
import type { Engine, EngineJob, JobEnd, StagedJob } from "../engine.js";
import { isLastEvent, jobLine, type LastEvent } from "../job/log-line.js";
import { jobEnvironment } from "./environment.js";
import { tailLines } from "./log-tail.js";
import { beginOf, endGroup, isRunning, type KnownProcess } from "./process.js";
import { commandWords, withJob } from "./words.js";

/** Options of `commandEngine`. */
export interface CommandOptions {
  /** Variables that the job's process may see, of which `jobEnvironment` chooses. @default those of this process */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Seconds between asking a job to end and ending it: time for a checkpoint. @default 60 */
  readonly graceSeconds?: number;
}

/** Lines of the log that a failure is told with. */
const keptLines = 20;

/** An engine that runs a command with the folder of the job: `command:python`, `command:ssh gpu-box python`. `UserError` where the command is none. */
export function commandEngine(command: string, { env = process.env, graceSeconds = 60 }: CommandOptions = {}): Engine {
  const words = commandWords(command);
  return {
    spec: `command:${command}`,
    isOneMachine: true,
    async check() {
      const path = await findProgram(words[0]!, env);
      return `the command ${words[0]} (${path}) on this machine`;
    },
    async submit(job) {
      const known = await attached(job, graceSeconds);
      if (known !== null && (await mayStay(job))) return known;
      return start(job, words, { env, graceSeconds });
    },
    attach: (job) => attached(job, graceSeconds),
  };
}

/** What the engine keeps of a job, in the job's folder. */
const placesOf = ({ folder }: StagedJob) =>
  ({
    folder: join(folder, "command"),
    log: join(folder, "command", "log.txt"),
    process: join(folder, "command", "process.json"),
    exit: join(folder, "command", "exit.json"),
    stop: join(folder, "command", "stop-asked"),
  }) as const;

const processRecord = z.object({ id: z.string(), pid: z.int().positive(), began: z.string() });
const exitRecord = z.object({ code: z.int().nullable(), signal: z.string().nullable() });
type ExitRecord = z.infer<typeof exitRecord>;

async function start(
  job: StagedJob,
  words: readonly string[],
  { env, graceSeconds }: Required<CommandOptions>,
): Promise<EngineJob> {
  const places = placesOf(job);
  const [program, ...rest] = withJob(words, join(resolve(job.folder), job.script), resolve(job.folder));
  await rm(places.folder, { recursive: true, force: true });
  await mkdir(places.folder, privateFolder);
  await using log = await open(places.log, "wx", privateFileMode);
  // Both streams into one file, at one place in it: what went wrong stands beside where it did.
  const child = spawn(program!, rest, {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    env: jobEnvironment(env),
    windowsHide: true,
  });
  const ended = endOf(child, places.exit);
  await new Promise<void>((done, fail) => {
    child.once("spawn", done);
    child.once("error", (error) =>
      fail(new UserError(`${program} can't be started: ${messageOf(error)}. Is it the right command?`)),
    );
  });
  child.unref();
  const pid = child.pid!;
  // A process that is gone this soon has no begin any more; its exit record tells the rest.
  const began = (await beginOf(pid)) ?? "gone";
  await writePrivateFile(places.process, JSON.stringify({ id: job.id, pid, began }));
  return jobOf(job, { pid, began }, graceSeconds, ended);
}

/** Done once the process has ended and that is on record. Never rejects. */
function endOf(child: ChildProcess, place: string): Promise<void> {
  return new Promise((done) => {
    child.once("error", () => done());
    child.once("exit", (code, signal) => {
      // The folder may be gone with the job.
      void writePrivateFile(place, JSON.stringify({ code, signal })).then(done, done);
    });
  });
}

/** The job by what an earlier process of ours wrote; `null` where it was never started, or is gone without saying how it ended. */
async function attached(job: StagedJob, graceSeconds: number): Promise<EngineJob | null> {
  const places = placesOf(job);
  const record = await readRecord(places.process, processRecord);
  if (record === undefined || record.id !== job.id) return null;
  if (
    !(await isRunning(record)) &&
    (await readRecord(places.exit, exitRecord)) === undefined &&
    (await lastEventOf(job)) === undefined
  )
    return null;
  return jobOf(job, record, graceSeconds);
}

/** Whether a job that is known need not be started again: it runs, or has ended well. */
async function mayStay(job: StagedJob): Promise<boolean> {
  const record = await readRecord(placesOf(job).process, processRecord);
  if (record !== undefined && (await isRunning(record))) return true;
  return (await endingOf(job)).kind === "done";
}

/** `ended` is known of a child of this very process; of any other its number is looked at. */
function jobOf(job: StagedJob, known: KnownProcess, graceSeconds: number, ended?: Promise<void>): EngineJob {
  const places = placesOf(job);
  let isOver = false;
  void ended?.then(() => {
    isOver = true;
  });
  const hasEnded = async (): Promise<boolean> => (ended === undefined ? !(await isRunning(known)) : isOver);
  return {
    id: job.id,
    async *follow(signal) {
      yield* tailLines(places.log, hasEnded, signal);
      return endingOf(job);
    },
    async stop() {
      if (await hasEnded()) return;
      await writePrivateFile(places.stop, "");
      await endGroup(known, graceSeconds);
      await ended;
    },
    // The job's folder is ours: a command that runs elsewhere brings the results back to it.
    async fetch() {},
    async forget() {
      await rm(places.folder, { recursive: true, force: true });
    },
  };
}

/** How an ended job ended: by what it said last, else by how its process ended. */
async function endingOf(job: StagedJob): Promise<JobEnd> {
  const places = placesOf(job);
  const last = await lastEventOf(job);
  if (last?.kind === "done") return { kind: "done" };
  if (last?.kind === "stopped" || existsSync(places.stop)) return { kind: "stopped" };
  const exit = await readRecord(places.exit, exitRecord);
  if (last === undefined && exit?.code === 0) return { kind: "done" };
  return { kind: "failed", log: (await lastLines(places.log)).slice(-keptLines), ...whyOf(last, exit) };
}

function whyOf(last: LastEvent | undefined, exit: ExitRecord | undefined): { readonly why?: string } {
  if (last?.kind === "failed") return { why: `${last.error} ${last.hint}`.trim() };
  if (exit === undefined) return { why: "The command's process is gone, and did not say how it ended." };
  if (exit.signal !== null) return { why: `The command was ended by ${exit.signal}.` };
  return { why: `The command ended with the code ${exit.code}.` };
}

async function lastEventOf(job: StagedJob): Promise<LastEvent | undefined> {
  return (await lastLines(placesOf(job).log)).map(jobLine).findLast(isLastEvent);
}

/** Bytes at the end of a log that are looked at. */
const endBytes = 1 << 16;

async function lastLines(path: string): Promise<string[]> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const from = Math.max(0, size - endBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(endBytes), 0, endBytes, from);
    return buffer
      .toString("utf8", 0, bytesRead)
      .split("\n")
      .filter((line) => line.trim() !== "");
  } catch {
    return [];
  }
}

async function readRecord<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema> | undefined> {
  try {
    return schema.safeParse(JSON.parse(await readFile(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** Where the program is: as it is named, or in a folder of PATH. `UserError` where it is nowhere. */
async function findProgram(program: string, env: CommandOptions["env"] & {}): Promise<string> {
  const folders = /[\\/]/.test(program) ? [""] : (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const endings = process.platform === "win32" ? ["", ".exe", ".cmd", ".bat"] : [""];
  for (const folder of folders)
    for (const ending of endings) {
      const path = resolve(folder, program + ending);
      try {
        await access(path, constants.X_OK);
        return path;
      } catch {
        // Perhaps in the next one.
      }
    }
  throw new UserError(
    `"${program}" is no program that can be run here: ${/[\\/]/.test(program) ? "there is no such file" : "it is in no folder of PATH"}. ` +
      "Install it, or name it with its path: --engine command:/path/to/python",
  );
}
