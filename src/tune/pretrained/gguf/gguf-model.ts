/** @file A decoder language model from a GGUF file: as if it were a Hugging Face folder with `config.json`, `tokenizer.json` and `model.safetensors`. */
import { isSameShape, shapeText } from "../../../autodiff/dims.js";
import { UserError } from "../../../lib/errors.js";
import type { ByteSource } from "../file-bytes.js";
import { type GgufConfig, readGgufConfig } from "./gguf-config.js";
import { type GgufFile, openGguf } from "./gguf-file.js";
import { type GgufTokenizer, readGgufTokenizer } from "./gguf-tokenizer.js";
import { metadataField } from "./metadata-fields.js";
import { type NamedTensor, namedTensors, ropeFactorsTensor, unpermuted } from "./tensor-names.js";
import type { TensorTypeName } from "./tensor-types.js";

/** A weight of a model. */
export interface GgufWeight {
  readonly shape: readonly number[];
  /** How it is stored. */
  readonly type: TensorTypeName;
}

/** An open model. Holds a file handle: dispose of it. */
export interface GgufModel extends AsyncDisposable {
  /** What the file calls the model (`general.name`). */
  readonly name: string | null;
  readonly config: GgufConfig;
  readonly tokenizer: GgufTokenizer;
  /** All weights, by Hugging Face's names, such as `model.layers.0.self_attn.q_proj.weight`; of the shapes that the configuration asks for. */
  readonly weights: ReadonlyMap<string, GgufWeight>;
  /** The numbers of one weight, rows in Hugging Face's order. */
  floats(name: string): Promise<Float32Array>;
}

/** Opens a model. Throws a `UserError` that says what is wrong with the file, or that its model is not one that is computed here. */
export async function openGgufModel(pathOrSource: string | ByteSource): Promise<GgufModel> {
  const file = await openGguf(pathOrSource);
  const { path } = file;
  try {
    const config = await readGgufConfig(file);
    const tokenizer = readGgufTokenizer(file);
    if (tokenizer.size > config.vocab_size)
      throw new UserError(
        `${path} has ${tokenizer.size} tokens, and numbers of ${config.vocab_size} of them. Is the file damaged? Download it again.`,
      );
    const found = foundTensors(file, config);
    return {
      name: metadataField(file, "general.name", "text") ?? null,
      config,
      tokenizer,
      weights: new Map([...found].map(([name, { gguf, shape }]) => [name, { shape, type: file.tensors.get(gguf)!.type }])),
      floats: async (name) => {
        const tensor = found.get(name);
        if (tensor === undefined) throw new Error(`${path} has no weight "${name}"`);
        const numbers = await file.floats(tensor.gguf);
        return tensor.permutedHeads === undefined ? numbers : unpermuted(numbers, tensor.shape[0]!, tensor.permutedHeads);
      },
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

/** The model's tensors by Hugging Face's names: each that is needed, and none that the model has no place for. */
function foundTensors(file: GgufFile, config: GgufConfig): Map<string, NamedTensor> {
  const { path, tensors } = file;
  const found = new Map<string, NamedTensor>();
  const unplaced = new Set(tensors.keys());
  unplaced.delete(ropeFactorsTensor);
  // A file that claims a billion layers lacks a tensor of the first that it has not, so the loop ends there.
  for (const named of namedTensors(config.model_type, config, config.vocab_size, config.num_hidden_layers)) {
    const tensor = tensors.get(named.gguf);
    if (tensor === undefined) {
      if (!named.isNeeded) continue;
      throw new UserError(
        `${path} has no tensor "${named.gguf}", which a ${config.model_type} of ${config.num_hidden_layers} layers has. Is the file damaged? Download it again.`,
      );
    }
    if (!isSameShape(tensor.shape, named.shape))
      throw new UserError(
        `${path}: the tensor "${named.gguf}" is ${shapeText(tensor.shape)}; by its metadata it should be ${shapeText(named.shape)}. Download the file again.`,
      );
    found.set(named.name, named);
    unplaced.delete(named.gguf);
  }
  const [first] = unplaced;
  if (first !== undefined)
    throw new UserError(
      `${path} has ${unplaced.size} tensors that a ${config.model_type} of ${config.num_hidden_layers} layers has not, such as ${JSON.stringify(first.slice(0, 80))}: ` +
        "its model is a variant that is not computed here. Use another model.",
    );
  return found;
}
