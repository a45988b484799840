/** @file Loads the folder that a run saved for an approach; its files say what it is. */
import { readdir } from "node:fs/promises";
import { isErrorCode, UserError } from "../lib/errors.js";
import { whyUnreadable } from "../lib/unreadable-file.js";
import { type FilePromptOptions, filePrompt } from "../prompt/file-prompt.js";
import { promptSourceOf, readSavedPrompt } from "../prompt/files/read-prompt-folder.js";
import { loadEncoder } from "../tune/pretrained/encoder.js";
import { namedModels } from "../tune/pretrained/model-folder.js";
import { headFile } from "../tune/regression/head-file.js";
import { type LoadedClassifier, type LoadOptions, loadClassifier } from "../tune/saved-classifier.js";
import type { Encoder } from "../types/encoder.js";
import type { NoteEvent } from "../types/events.js";

/** How a predictor is loaded: `threads` is for a tuned model, everything else for the LLM of a prompt. */
export interface LoadPredictorOptions extends LoadOptions, Omit<FilePromptOptions, "source" | "suffix" | "batch"> {
  /** Receives notes about the LLM or the prompt. */
  readonly log?: (event: NoteEvent) => void;
}

/** A loaded predictor. It may hold native memory: dispose of it. */
export interface LoadedPredictor extends LoadedClassifier {
  /** A tuned model runs on this machine; a prompt asks an LLM, and each answer may cost money. */
  readonly kind: "classifier" | "prompt";
}

/** By which file a folder tells what it is. */
const kinds = { classifier: "config.json", prompt: "prompt.json" } as const;

/**
 * Loads what a run saved for an approach: a tuned model (`tune:*`, or a classifier saved by Python's transformers), or a prompt for an LLM
 * (`prompt:*`), which asks as the run did: the same model, unless `llm` names another.
 *
 * ```ts
 * await using predictor = await loadPredictor("runs/tickets/artifacts/tune_probe");
 * const [{ answer }] = await predictor.classify(["Where is my parcel?"]);
 * ```
 *
 * @param options `cache` keeps paid answers, `budget` limits spending; `encoder` is needed if the prompt was made with an encoder that is not
 * bundled, and stays the caller's to dispose of
 * @throws UserError if the folder is damaged or holds something else, or the LLM's key is missing
 */
export async function loadPredictor(folder: string, options: LoadPredictorOptions = {}): Promise<LoadedPredictor> {
  const kind = kindOf(folder, await filesOf(folder));
  if (kind === "prompt") return loadPrompt(folder, options);
  const { threads } = options;
  return { ...(await loadClassifier(folder, threads === undefined ? {} : { threads })), kind };
}

async function filesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrorCode(error, "ENOENT")) throw new UserError(`There is no folder ${folder}. ${expected}`);
    if (isErrorCode(error, "ENOTDIR")) throw new UserError(`${folder} is a file. ${expected}`);
    throw await whyUnreadable(folder, error);
  }
}

const expected = "Expected the folder that a run wrote for an approach: runs/NAME/artifacts/APPROACH.";

function kindOf(folder: string, files: readonly string[]): LoadedPredictor["kind"] {
  const found = (["classifier", "prompt"] as const).filter((kind) => files.includes(kinds[kind]));
  const [kind] = found;
  if (kind !== undefined && found.length === 1) return kind;
  if (found.length > 1) {
    throw new UserError(
      `${folder} holds ${kinds.classifier}, as a tuned model, and ${kinds.prompt}, as a prompt. Take one of them out.`,
    );
  }
  if (files.includes("run.json"))
    throw new UserError(`${folder} is the folder of a whole run. Name one of its approaches: ${folder}/artifacts/APPROACH.`);
  if (files.includes(headFile)) {
    throw new UserError(
      `${folder} holds the head of a probe alone, whose encoder was the caller's own. Load it with that encoder: loadProbe.`,
    );
  }
  const shown =
    files.length === 0 ? "it is empty" : `it holds ${[...files].sort().slice(0, 5).join(", ")}${files.length > 5 ? ", …" : ""}`;
  throw new UserError(
    `${folder} has neither ${kinds.classifier}, as a tuned model has, nor ${kinds.prompt}, as a prompt: ${shown}. ${expected} Baselines and recordings are not saved to be used.`,
  );
}

async function loadPrompt(
  folder: string,
  { log = () => {}, threads, ...options }: LoadPredictorOptions,
): Promise<LoadedPredictor> {
  const saved = await readSavedPrompt(folder);
  const { labels, isMultiLabel } = saved.program.template;
  const own = options.encoder === undefined ? await encoderFor(folder, saved.settings.needs, threads) : undefined;
  const encoder = options.encoder ?? own;
  try {
    const approach = filePrompt({ ...options, ...(encoder && { encoder }), source: promptSourceOf(saved, folder) });
    // A saved prompt learns nothing: of the rows it takes only what its labels are.
    const rows = { name: folder, labels, isMultiLabel, descriptions: {}, examples: [] };
    const predictor = await approach.fit(rows, {
      signal: new AbortController().signal,
      seed: 0,
      spend: () => {},
      log: (event) => {
        if (event.kind === "note") log(event);
      },
    });
    return {
      kind: "prompt",
      labels,
      isMultiLabel,
      get facts() {
        return predictor.facts;
      },
      predict: predictor.predict,
      files: predictor.files,
      classify: (texts, { signal = new AbortController().signal } = {}) =>
        predictor.predict(
          texts.map((text, row) => ({ id: String(row), text })),
          { signal, useCache: true, spend: () => {}, log: () => {} },
        ),
      async [Symbol.asyncDispose]() {
        await predictor[Symbol.asyncDispose]();
        await own?.[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await own?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** The encoder that finds the prompt's examples, where it has one; UserError where only the caller can have it. */
async function encoderFor(folder: string, needs: readonly string[], threads: number | undefined): Promise<Encoder | undefined> {
  const name = needs.find((need) => need.startsWith("encoder "))?.slice("encoder ".length);
  if (name === undefined) return undefined;
  if (namedModels.includes(name)) return loadEncoder(name, threads === undefined ? {} : { threads });
  throw new UserError(
    `${folder} finds its examples by the encoder ${name}. Give it: loadPredictor(FOLDER, { encoder: await loadEncoder(${JSON.stringify(name)}) }).`,
  );
}
