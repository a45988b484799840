/** @file Which files of a model are needed here, and why some models can't be read. */
import { z } from "zod";
import { UserError } from "../lib/errors.js";
import { type RepoId, repoText } from "./repo-id.js";

/** The index that names the files of weights that are cut in several. */
export const shardIndex = "model.safetensors.index.json";
const weights = "model.safetensors";

/** Read beside the weights: configuration, tokenizer, how a model converses, and how sentence-transformers pools. Each is a few kB to a few MB. */
const small =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|modules|sentence_bert_config)\.json$|^vocab\.txt$|^chat_template\.jinja$|^\d+_[A-Za-z]\w*\/config\.json$/;

/** Weights in forms that are not read here, as people call them, the one that most needs a word first. */
const otherForms: readonly { readonly pattern: RegExp; readonly name: string; readonly why: string }[] = [
  {
    pattern: /(^|\/)[^/]*\.(bin|pt|pth|pkl|ckpt)$/,
    name: "a pickle",
    why: "Reading a pickle runs the program in it, and anybody may have written that, so none is read here. ",
  },
  { pattern: /\.gguf$/, name: "GGUF", why: "That form is for running a model, quantized, and not for training it. " },
  { pattern: /(^|\/)tf_model\.h5$/, name: "TensorFlow", why: "" },
  { pattern: /\.msgpack$/, name: "Flax", why: "" },
  { pattern: /\.ot$/, name: "rust-bert", why: "" },
  { pattern: /\.onnx$/, name: "ONNX", why: "That form is for running a model, and not for training it. " },
];

/** The small files of a model, and its weights (or the index of these). Throws the reason and the remedy where it has none that are read here. */
export function modelFiles(repo: RepoId, paths: readonly string[]): { readonly small: string[]; readonly weights: string } {
  const names = new Set(paths);
  const found = [weights, shardIndex].find((name) => names.has(name));
  const name = repoText(repo);
  if (names.has("adapter_config.json") && !names.has("config.json"))
    throw new UserError(
      `${name} is an adapter (LoRA): weights to be added to those of another model. Merge them in Python and give the folder: ` +
        "AutoPeftModelForSequenceClassification.from_pretrained(NAME).merge_and_unload().save_pretrained(DIR).",
    );
  if (found === undefined) throw withoutWeights(repo, paths);
  if (!names.has("config.json"))
    throw new UserError(
      `${name} has no config.json, so it is not a model of the transformers library. Give one that has config.json.`,
    );
  if (!names.has("tokenizer.json") && !names.has("vocab.txt"))
    throw new UserError(
      `${name} has no tokenizer that is read here: neither tokenizer.json nor vocab.txt. Make a folder in Python and give that: ` +
        "AutoTokenizer.from_pretrained(NAME).save_pretrained(DIR), and the model likewise.",
    );
  return { small: paths.filter((path) => small.test(path)), weights: found };
}

/** A model has no weights that are read here, but perhaps others. */
export class NoReadableWeights extends UserError {
  override readonly name = "UserError";
}

function withoutWeights(repo: RepoId, paths: readonly string[]): NoReadableWeights {
  const name = repoText(repo);
  for (const { pattern, name: form, why } of otherForms) {
    const file = paths.find((path) => pattern.test(path));
    if (file === undefined || file.endsWith("training_args.bin")) continue;
    return new NoReadableWeights(
      `${name} has its weights only as ${form} (${file.slice(0, 100)}), not as ${weights}. ${why}Many such models have a converted copy: ` +
        `look for "safetensors" under Community on the model's page and give --model ${repo.id}@refs/pr/NUMBER. Or convert it in Python, where ` +
        `you trust it, and give the folder: AutoModel.from_pretrained("${repo.id}").save_pretrained(DIR), and AutoTokenizer likewise.`,
    );
  }
  return new NoReadableWeights(`${name} has no ${weights}: there are no weights to read. Is it a model?`);
}

const modules = z.array(z.object({ path: z.string(), type: z.string() }));

/** The configurations of pooling that sentence-transformers' `modules.json` names; none where it is no such list, which its reader will say. */
export function poolingFiles(modulesText: string): string[] {
  const parsed = modules.safeParse(parseJson(modulesText));
  const pooling = parsed.success ? parsed.data.filter(({ type, path }) => type.endsWith(".Pooling") && path !== "") : [];
  return pooling.map(({ path }) => `${path}/config.json`);
}

const index = z.object({ weight_map: z.record(z.string(), z.string()) });

/** The files that an index of weights names, each once. */
export function shardsOf(repo: RepoId, indexText: string): string[] {
  const parsed = index.safeParse(parseJson(indexText));
  const files = parsed.success ? [...new Set(Object.values(parsed.data.weight_map))] : [];
  const foreign = files.find((file) => !file.endsWith(".safetensors"));
  if (files.length > 0 && foreign === undefined) return files;
  throw new UserError(`${repoText(repo)}: ${shardIndex} should say which .safetensors file holds which tensor ("weight_map").`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
