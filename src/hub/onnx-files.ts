/** @file Which files of a model that transformers.js runs are needed. */
import { UserError } from "../lib/errors.js";
import { readTree, snapshotFiles, snapshotFolder } from "./cache.js";
import type { CacheState } from "./cached-snapshot.js";
import { type RepoId, repoText } from "./repo-id.js";
import type { HubSettings } from "./settings.js";

/** Files of ONNX weights → transformers.js's name of their precision, in the order of preference: the smallest that loses little first. */
export const onnxWeights = [
  ["onnx/model_quantized.onnx", "q8"],
  ["onnx/model_q4.onnx", "q4"],
  ["onnx/model.onnx", "fp32"],
] as const;

/** Configuration, tokenizer and chat template. */
const small =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json$|^chat_template\.jinja$/;

/** The small files, and the weights in one precision with what is kept beside them. `UserError` where there are none. */
export function onnxFiles(repo: RepoId, paths: readonly string[]): { readonly small: string[]; readonly weights: string[] } {
  const found = onnxWeights.find(([file]) => paths.includes(file))?.[0];
  if (found === undefined) {
    throw new UserError(
      `${repoText(repo)} has no weights as ONNX: expected ${onnxWeights.map(([file]) => file).join(" or ")}. Look on the Hub for a copy ` +
        "with the tag transformers.js, such as onnx-community/Qwen3-0.6B-ONNX.",
    );
  }
  const lacking = ["config.json", "tokenizer.json"].find((file) => !paths.includes(file));
  if (lacking !== undefined) throw new UserError(`${repoText(repo)} has no ${lacking}, so transformers.js can't load it.`);
  // Protobuf holds 2 GB at most: large models keep their weights in files beside the graph.
  return {
    small: paths.filter((path) => small.test(path)),
    weights: paths.filter((path) => path === found || path.startsWith(`${found}_data`)),
  };
}

/** What of a commit the cache has. */
export async function onnxInCache(settings: HubSettings, repo: RepoId, commit: string): Promise<CacheState> {
  const present = await snapshotFiles(snapshotFolder(settings, repo, commit));
  const listed = await readTree(settings, repo, commit);
  if (listed === undefined && !onnxWeights.some(([file]) => present.includes(file))) return { missing: ["onnx/model.onnx"] };
  const files = onnxFiles(repo, listed ?? present);
  return { missing: [...files.small, ...files.weights].filter((path) => !present.includes(path)) };
}
