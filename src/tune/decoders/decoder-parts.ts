/** @file A decoder language model as the part of a classifier that was trained before: what `readPretrained` reads of one. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isBoxedModel } from "../../hub/boxed-models.js";
import { createFolderTokenizer } from "../pretrained/folder-tokenizer.js";
import { type ModelFolder, readText } from "../pretrained/model-folder.js";
import { floatFields } from "../pretrained/python-json.js";
import { weightFiles } from "../pretrained/sharded-weights.js";
import type { Tokenizer, TokenizerFiles } from "../pretrained/tokenizer.js";
import { findWeights, type StoredWeights } from "../pretrained/weights.js";
import { type DecoderSource, isGgufPath, openDecoderSource, readDecoderWeights } from "./decoder-source.js";
import { withPadding } from "./padding.js";

/** See `Pretrained`. */
interface DecoderParts {
  readonly config: object;
  readonly floats: ReadonlySet<string>;
  readonly tokenizerFiles: TokenizerFiles;
  readonly tokenizer: Tokenizer;
  readonly stored: StoredWeights;
}

/** Fields with a fraction in the configuration that is made of a GGUF file. */
const ggufFloats: ReadonlySet<string> = new Set([
  "rope_theta",
  "factor",
  "low_freq_factor",
  "high_freq_factor",
  "beta_fast",
  "beta_slow",
]);

/** Whether a model is a GGUF file, or the parts of one in the box, and no Hugging Face folder. */
export function isGgufModel({ name, path }: ModelFolder): boolean {
  return isBoxedModel(name) || isGgufPath(path);
}

/** Reads a folder, or a GGUF file as if it were one. */
export async function decoderParts(folder: ModelFolder): Promise<DecoderParts> {
  await using source = await opened(folder);
  const { files } = source.tokens;
  const isGguf = isGgufModel(folder);
  const tokenizer = createFolderTokenizer(folder, files, source.config.vocabularySize);
  const padded = withPadding(tokenizer, isGguf ? ggufFields(source) : source.fields, files, folder.path);
  return {
    config: padded.config,
    floats: isGguf ? ggufFloats : floatFields((await readText(folder, "config.json")) ?? ""),
    // Its name would make transformers build a tokenizer by the model's family, which need not be that of the file.
    tokenizerFiles: isGguf
      ? { ...padded.files, config: { ...padded.files.config, tokenizer_class: fastTokenizer } }
      : padded.files,
    tokenizer: padded.tokenizer,
    stored: decoderWeights(folder),
  };
}

/** transformers' class that takes `tokenizer.json` as it is. */
const fastTokenizer = "PreTrainedTokenizerFast";

/** The configuration of a GGUF file in the words of the family that computes it in transformers. */
function ggufFields({ fields, config }: DecoderSource): object {
  const { family, windows, hasBias } = config;
  // GGUF has Mistral as a Llama, whose class in transformers knows no window.
  if (family === "llama" && windows[0] !== null && !hasBias.query && !hasBias.feedForward)
    return { ...fields, model_type: "mistral", architectures: ["MistralForCausalLM"] };
  return hasBias.output === hasBias.query || family !== "llama" ? fields : { ...fields, attention_output_bias: hasBias.output };
}

const opened = ({ name, path }: ModelFolder): Promise<DecoderSource> => openDecoderSource(isBoxedModel(name) ? name : path);

function decoderWeights(folder: ModelFolder): StoredWeights {
  const path = isGgufModel(folder) ? folder.path : findWeights(folder);
  return {
    path,
    files: () => (isBoxedModel(folder.name) ? filesIn(path) : weightFiles(path)),
    async shapes() {
      await using source = await opened(folder);
      const { shapes } = source;
      return (name) => shapes.get(name);
    },
    async read(wanted) {
      await using source = await opened(folder);
      return await readDecoderWeights(source, wanted);
    },
  };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { withFileTypes: true });
  return found.flatMap((entry) => (entry.isFile() ? [join(folder, entry.name)] : [])).sort();
}
