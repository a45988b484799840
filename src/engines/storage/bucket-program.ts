/** @file A bucket, by the program of its owner: `aws` or `gcloud`, as the user has set it up. No credentials pass through this process. */
import { spawn } from "node:child_process";
import { isErrorCode, UserError } from "../../lib/errors.js";
import { shellWord } from "../../lib/text/shell-word.js";
import type { Storage } from "./storage.js";

/** The bucket's program is not on this machine. */
export class ProgramMissing extends UserError {
  override readonly name = "UserError";
}

/** Kinds of buckets by their scheme. */
export type BucketScheme = "s3" | "gs";

/** How a program does what a storage does: its words after its name. */
interface BucketWords {
  readonly program: string;
  readonly install: string;
  readonly read: (uri: string) => readonly string[];
  /** What it says of a file that is not there. */
  readonly missing: RegExp;
  readonly send: (folder: string, uri: string, without?: string) => readonly string[];
  readonly bring: (uri: string, folder: string) => readonly string[];
  readonly remove: (uri: string) => readonly string[];
}

const words: Readonly<Record<BucketScheme, BucketWords>> = {
  s3: {
    program: "aws",
    install: "https://aws.amazon.com/cli/",
    read: (uri) => ["s3", "cp", "--only-show-errors", uri, "-"],
    missing: /\(404\)|Not Found|NoSuchKey/,
    send(folder, uri, without) {
      const left = ["out/*", "out-*", ...(without === undefined ? [] : [`${without}/*`])];
      return ["s3", "sync", "--only-show-errors", ...left.flatMap((names) => ["--exclude", names]), folder, uri];
    },
    bring: (uri, folder) => ["s3", "sync", "--only-show-errors", uri, folder],
    remove: (uri) => ["s3", "rm", "--recursive", "--only-show-errors", `${uri}/`],
  },
  gs: {
    program: "gcloud",
    install: "https://cloud.google.com/sdk/docs/install",
    read: (uri) => ["storage", "cat", uri],
    missing: /matched no objects|not found|404/i,
    send(folder, uri, without) {
      const left = without === undefined ? "out(-[^/]*)?" : `(out(-[^/]*)?|${without})`;
      return ["storage", "rsync", "--recursive", "--quiet", `--exclude=^${left}/.*`, folder, uri];
    },
    bring: (uri, folder) => ["storage", "rsync", "--recursive", "--quiet", uri, folder],
    remove: (uri) => ["storage", "rm", "--recursive", "--quiet", `${uri}/**`],
  },
};

/** The bucket as a storage. `UserError` from what it does where the program is missing or fails, with its command. */
export function bucketProgram(scheme: BucketScheme, root: string): Storage {
  const { read, missing, send, bring, remove } = words[scheme];
  const required = async (args: readonly string[], signal?: AbortSignal): Promise<void> => {
    const { code, error } = await run(scheme, args, signal);
    if (code !== 0) throw failed(scheme, args, error);
  };
  return {
    uri: root,
    async read(name, signal) {
      const args = read(`${root}/${name}`);
      const { code, output, error } = await run(scheme, args, signal);
      if (code === 0) return output;
      if (missing.test(error)) return null;
      throw failed(scheme, args, error);
    },
    send: (folder, to, signal, without) => required(send(folder, `${root}/${to}`, without), signal),
    bring: (from, _names, folder, signal) => required(bring(`${root}/${from}`, folder), signal),
    byHand: (from, folder) => commandOf(scheme, bring(`${root}/${from}`, folder)),
    async remove(folder) {
      const args = remove(`${root}/${folder}`);
      const { code, error } = await run(scheme, args);
      if (code !== 0 && !missing.test(error)) throw failed(scheme, args, error);
    },
  };
}

const commandOf = (scheme: BucketScheme, args: readonly string[]): string =>
  [words[scheme].program, ...args].map(shellWord).join(" ");

function failed(scheme: BucketScheme, args: readonly string[], error: string): UserError {
  const last = error.trim().split("\n").slice(-3).join(" ").slice(-400);
  return new UserError(
    `${commandOf(scheme, args)} failed: ${last || "it says nothing"}. Run it by hand to see why; resume then goes on from here.`,
  );
}

/** What a program wrote, and how it ended. Of what it writes only a text's worth is kept. */
interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

function run(scheme: BucketScheme, args: readonly string[], signal?: AbortSignal): Promise<Ended> {
  const { program, install } = words[scheme];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], signal });
    let [output, error] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (output.length < 16e6) output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      error = (error + text).slice(-10_000);
    });
    child.on("error", (cause) => {
      if (signal?.aborted) return reject(signal.reason);
      if (!isErrorCode(cause, "ENOENT")) return reject(cause);
      reject(
        new ProgramMissing(
          `There is no program "${program}" here, which reads and writes ${scheme}:// storage with your own credentials. Install it (${install}) and resume.`,
        ),
      );
    });
    child.on("close", (code) => resolve({ code, output, error }));
  });
}
