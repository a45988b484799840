/** @file A tiny model to serve, and a cache of this test's own to fetch it into. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished } from "vitest";
import type { FetchModelOptions } from "../../src/hub/hub.js";
import type { ProgressEvent } from "../../src/types/events.js";

const tinyFolder = resolve(import.meta.dirname, "../../golden/tiny-bert");

/** The files of `golden/tiny-bert`. */
export const tinyModel: Readonly<Record<string, Buffer>> = Object.fromEntries(
  readdirSync(tinyFolder).map((file) => [file, readFileSync(join(tinyFolder, file))]),
);

/** A token as the Hub's look, made up. */
export const token = "hf_ThisIsMadeUpAndOpensNothing";

export interface Asking {
  readonly options: FetchModelOptions;
  /** The folder that stands in for `HF_HOME`. */
  readonly home: string;
  readonly events: ProgressEvent[];
}

/** Options for a hub at `url` with an empty cache; pauses are short. The cache goes when the test ends. */
export function asking(url: string, env: Readonly<Record<string, string>> = {}, more: Partial<FetchModelOptions> = {}): Asking {
  const home = env["HF_HOME"] ?? mkdtempSync(join(tmpdir(), "hub-"));
  if (env["HF_HOME"] === undefined) onTestFinished(() => rm(home, { recursive: true, force: true }));
  const events: ProgressEvent[] = [];
  const options: FetchModelOptions = {
    env: { HF_ENDPOINT: url, HF_HOME: home, HF_HUB_DOWNLOAD_TIMEOUT: "3", ...env },
    signal: new AbortController().signal,
    log: (event) => events.push(event),
    backoffSeconds: 0.01,
    ...more,
  };
  return { options, home, events };
}

/** Every file under a folder with its content, links followed. */
export async function contentsOf(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path)])));
}

/** The message of the `UserError` that a promise ends in. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "UserError" });
  return error instanceof Error ? error.message : "";
}

/** Notes among the events. */
export const notesOf = (events: readonly ProgressEvent[]): string[] =>
  events.flatMap((event) => (event.kind === "note" ? [event.text] : []));
