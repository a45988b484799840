/** @file A model's weights as float32, from `model.safetensors` or its parts: as Hugging Face stores them, or as 8-bit rows of our own. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isSameShape, shapeText } from "../../autodiff/dims.js";
import type { Tensor } from "../../autodiff/graph.js";
import { countOf, float32, type TensorValue } from "../../autodiff/values.js";
import { UserError } from "../../lib/errors.js";
import type { ModelFolder } from "./model-folder.js";
import { openTensors, type TensorFile, weightFiles } from "./sharded-weights.js";

/** The file that weights are read from. */
export const weightsFile = "model.safetensors";

/** Where the weights are, in one file or by an index of several; refuses pickles, which are programs that run when they are read. */
export function findWeights({ path }: ModelFolder): string {
  const found = [weightsFile, `${weightsFile}.index.json`].map((file) => join(path, file)).find((place) => existsSync(place));
  if (found !== undefined) return found;
  const pickle = ["pytorch_model.bin", "model.bin", "model.pt", "model.pth"].find((file) => existsSync(join(path, file)));
  if (pickle !== undefined)
    throw new UserError(
      `${path} has its weights only as ${pickle}, a pickle: a program that runs when it is read, so it is not read here. ` +
        `Save the model as safetensors in Python: AutoModel.from_pretrained(DIR).save_pretrained(DIR).`,
    );
  throw new UserError(`${path} has no ${weightsFile}. Expected a Hugging Face folder with the model's weights.`);
}

/**
 * The names a weight may be stored under: bare, below the model's own prefix, and as TensorFlow's BERT called layer normalization. Where a graph's names have the
 * prefix themselves (that of a language model), also without it, as the bare model is saved.
 */
function storedNames(name: string, prefix: string): string[] {
  const former = name.replace(/LayerNorm\.weight$/, "LayerNorm.gamma").replace(/LayerNorm\.bias$/, "LayerNorm.beta");
  if (prefix === "") return [name, name.replace(/^model\./, "")];
  return [name, `${prefix}.${name}`, former, `${prefix}.${former}`];
}

/** Where a model's weights are, and how they are read by the names in its graph. */
export interface StoredWeights {
  /** The file, or the index of several. */
  readonly path: string;
  /** All files that hold them. */
  files(): Promise<readonly string[]>;
  /** The shape of each that is there. */
  shapes(): Promise<(name: string) => readonly number[] | undefined>;
  /** Those that a graph asks for. A missing weight or one of another shape is a `UserError`. */
  read(wanted: readonly Tensor<"input">[]): Promise<Record<string, TensorValue<"float32">>>;
}

/** The weights of a Hugging Face folder; `prefix` is what its files may have before the names of a graph. */
export function storedWeights(folder: ModelFolder, prefix: string): StoredWeights {
  const path = findWeights(folder);
  return {
    path,
    files: () => weightFiles(path),
    async shapes() {
      await using file = await openTensors(path);
      const { tensors } = file;
      return (name) => {
        const stored = storedNames(name, prefix).find((each) => tensors.has(each));
        return stored === undefined ? undefined : tensors.get(stored)?.shape;
      };
    },
    read: (wanted) => readWeights(path, wanted, prefix),
  };
}

/**
 * Reads the weights that a graph asks for, by the graph's names. `prefix` is what the file may have before them (`bert`).
 * A missing weight or one of another shape is a `UserError`.
 */
export async function readWeights(
  path: string,
  wanted: readonly Tensor<"input">[],
  prefix: string,
): Promise<Record<string, TensorValue<"float32">>> {
  await using file = await openTensors(path);
  const weights: Record<string, TensorValue<"float32">> = {};
  for (const { params, shape } of wanted) {
    const names = storedNames(params.name, prefix);
    const stored = names.find((name) => file.tensors.has(name));
    const tensor = stored === undefined ? undefined : file.tensors.get(stored);
    if (stored === undefined || tensor === undefined)
      throw new UserError(
        `${path} has no tensor "${params.name}" (nor "${names[1]}"), which config.json asks for. Do the two files belong together?`,
      );
    if (!isSameShape(tensor.shape, shape))
      throw new UserError(
        `${path}: "${stored}" is ${shapeText(tensor.shape)}; by config.json it should be ${shapeText(shape)}. ` +
          `Do the two files belong together?`,
      );
    const floats = await readFloats(file, stored);
    const place = firstNotFinite(floats);
    if (place >= 0)
      throw new UserError(
        `${path}: "${stored}" holds ${floats[place]} (number ${place + 1} of ${floats.length}): nothing can be computed with it. ` +
          "The model's training has failed, or the file is damaged; use another.",
      );
    weights[params.name] = float32(floats, tensor.shape);
  }
  return weights;
}

/** The first index of NaN or an infinity; −1 where there is none. */
function firstNotFinite(numbers: Float32Array): number {
  // A loop, for speed: models have millions of numbers. Only of finite ones the difference is 0.
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! - numbers[i]! !== 0) return i;
  return -1;
}

/** After a tensor's name: the factors of its rows. */
export const scaleSuffix = ".scale";

/**
 * The numbers of one tensor. An I8 tensor [rows, columns] with a neighbor `<name>.scale` [rows, groups] is of our own making:
 * each row is cut into `groups` equal parts, and each 8-bit number stands for itself times the scale of its part.
 */
async function readFloats(file: TensorFile, name: string): Promise<Float32Array> {
  const stored = await file.floats(name);
  const scale = file.tensors.get(name + scaleSuffix);
  if (file.tensors.get(name)?.dtype !== "I8" || scale === undefined) return stored;
  const scales = await file.floats(name + scaleSuffix);
  const width = stored.length / countOf(scale.shape);
  if (!Number.isInteger(width)) throw new UserError(`"${name}${scaleSuffix}" does not divide the rows of "${name}" evenly.`);
  for (let group = 0; group < scales.length; group++)
    for (let i = group * width; i < (group + 1) * width; i++) stored[i] = stored[i]! * scales[group]!;
  return stored;
}
