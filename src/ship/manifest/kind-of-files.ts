/** @file What kind of folder it is, told by its files: where it is written, and where it is read and has no manifest. */
import { at, textAt } from "../../lib/json-value.js";
import { baselineFiles } from "../../tune/baseline-files.js";
import { headFile } from "../../tune/regression/head-file.js";
import { tfidfType } from "../../tune/tfidf/tfidf-classifier.js";
import { cascadeFile } from "../cascade/cascade-names.js";
import type { KindFields } from "./manifest.js";

/** Files in memory or in a folder. */
export interface FilesAtHand {
  /** Those at the top. */
  readonly names: readonly string[];
  /** The content of one of them; `undefined` where it is no JSON. */
  json(name: string): Promise<unknown>;
}

/** By which file each kind is told, and what the file says of it. A file may stand for several kinds. */
const signs: Readonly<Record<string, (content: unknown) => KindFields>> = {
  [baselineFiles.majority]: () => ({ kind: "majority" }),
  [baselineFiles.centroids]: (content) => ({ kind: "centroid", encoder: encoderIn(content) }),
  [cascadeFile]: () => ({ kind: "cascade" }),
  [headFile]: (content) => ({ kind: "probe", encoder: encoderIn(content) }),
  "config.json": (content) => ({ kind: at(content, "model_type") === tfidfType ? "tfidf" : "classifier" }),
  "prompt.json": (content) => {
    const llm = textAt(content, "llm");
    if (llm !== null) return { kind: "prompt", llm };
    if (at(content, "templates") !== undefined) return { kind: "labels", encoder: encoderIn(content) };
    if (at(content, "recordedFrom") !== undefined) return { kind: "recording" };
    // The reader of prompts says what is wrong with it.
    return { kind: "prompt", llm: "" };
  },
};

/** The files by which a folder can be told. */
export const signFiles: readonly string[] = Object.keys(signs);

/** The kinds that the files speak for: one, where the folder is as it was written. */
export async function kindsOfFiles({ names, json }: FilesAtHand): Promise<KindFields[]> {
  const found = signFiles.filter((name) => names.includes(name));
  return Promise.all(found.map(async (name) => signs[name]!(await json(name))));
}

/** Names are empty where the file does not tell them: its reader says so. */
function encoderIn(content: unknown): { readonly name: string; readonly hash: string } {
  const encoder = at(content, "encoder");
  return { name: textAt(encoder, "name") ?? "", hash: textAt(encoder, "hash") ?? "" };
}
