/** @file Which files of a folder are run: a model may come in several precisions. */

import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { onnxWeights } from "../../../hub/onnx-files.js";
import { UserError } from "../../../lib/errors.js";
import { sha256 } from "../../../lib/hash.js";
import { textAt } from "../../../lib/json-value.js";

/** A model's folder, as the Hub has it for transformers.js. */
export interface LocalFiles {
  /** As the user wrote it. */
  readonly name: string;
  readonly folder: string;
  /** transformers.js's name of the weights' precision. */
  readonly dtype: "q8" | "q4" | "fp32";
  /** What distinguishes these weights from others: a part of the key of every stored answer. */
  readonly version: string;
  /** How it was taught to read conversations, where that is a file of its own, which transformers.js does not look for. */
  readonly chatTemplate: string | null;
  /** Words that are commands to the model, such as `<|im_end|>`, and must not be so in a text. */
  readonly specialTokens: readonly string[];
  /** Where it judges entailment: which logit says what. `null` of a model that continues texts. */
  readonly entailment: EntailmentClasses | null;
}

/** Places in the logits of a model that judges entailment. */
export interface EntailmentClasses {
  readonly entailment: number;
  readonly contradiction: number;
}

/** Reads what a folder holds. `UserError` where it is no model that runs here. */
export async function readLocalFiles(name: string, path: string): Promise<LocalFiles> {
  const folder = resolve(path);
  const present = new Set(await readdir(join(folder, "onnx")).catch(() => []));
  const found = onnxWeights.find(([file]) => present.has(basename(file)));
  if (found === undefined) {
    throw new UserError(
      `local:${name} has no weights that run here: expected ${onnxWeights.map(([file]) => file).join(" or ")} in ${folder}. ` +
        "Models for transformers.js have them: look for the tag transformers.js on the Hub, such as local:onnx-community/Qwen3-0.6B-ONNX.",
    );
  }
  const text = await readFile(join(folder, "config.json"), "utf8").catch(() => {
    throw new UserError(`local:${name} has no config.json in ${folder}, so it is not a model of the transformers library.`);
  });
  const [file, dtype] = found;
  const { size } = await stat(join(folder, file));
  const chatTemplate = await readFile(join(folder, "chat_template.jinja"), "utf8").catch(() => null);
  return {
    name,
    folder,
    dtype,
    chatTemplate,
    specialTokens: await readSpecialTokens(name, folder),
    entailment: entailmentOf(name, text),
    version: sha256(text, chatTemplate ?? "", file, String(size), basename(folder)).slice(0, 16),
  };
}

async function readSpecialTokens(name: string, folder: string): Promise<string[]> {
  const text = await readFile(join(folder, "tokenizer.json"), "utf8").catch(() => {
    throw new UserError(`local:${name} has no tokenizer.json in ${folder}, so transformers.js can't load it.`);
  });
  const { added_tokens: added } = parsed(name, "tokenizer.json", text) as { readonly added_tokens?: unknown };
  return (Array.isArray(added) ? added : []).flatMap((token: unknown) => textAt(token, "content") ?? []);
}

function entailmentOf(name: string, configText: string): EntailmentClasses | null {
  const { architectures, id2label } = parsed(name, "config.json", configText) as {
    readonly architectures?: unknown;
    readonly id2label?: Readonly<Record<string, unknown>>;
  };
  const ids = new Map(Object.entries(id2label ?? {}).map(([id, label]) => [String(label).toLowerCase(), Number(id)]));
  const entailment = ids.get("entailment");
  const contradiction = ids.get("contradiction") ?? ids.get("not_entailment");
  if (entailment !== undefined && contradiction !== undefined) return { entailment, contradiction };
  const [architecture] = Array.isArray(architectures) ? architectures : [];
  if (typeof architecture !== "string" || /CausalLM|LMHeadModel/.test(architecture)) return null;
  throw new UserError(
    `local:${name} is a ${architecture}, which neither continues texts nor judges entailment. Expected a text-generation model ` +
      "(…ForCausalLM) or a zero-shot classifier (…ForSequenceClassification with the labels entailment and contradiction).",
  );
}

function parsed(name: string, file: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new UserError(`The ${file} of local:${name} is not a JSON object.`);
}
