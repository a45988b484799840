/** @file A model as a Hugging Face folder, or as the name of one that comes with the package. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { boxedModelFolder, boxedModels, isBoxedModel } from "../../hub/boxed-models.js";
import { messageOf, UserError } from "../../lib/errors.js";
import { packageRoot } from "../../lib/package-root.js";
import { checkRegularFile } from "../../lib/regular-file.js";
import { didYouMean, nearestNames } from "../../lib/text/nearest-name.js";

/** Models in the package's `models/`. */
export const embeddedModels = ["minilm-l6"] as const;

/** A model to load: what it is called, and where its files are; of a GGUF file, `path` is the file. */
export interface ModelFolder {
  /** The embedded model's name, or the folder's as the user wrote it; of a folder in Hugging Face's cache, `org/name@1a2b3c4`. */
  readonly name: string;
  readonly path: string;
}

/** Every model that comes with the package or as one, by the name that `--model` takes. */
export const namedModels: readonly string[] = [...embeddedModels, ...Object.keys(boxedModels)];

/** Finds a model by the name of an embedded one, of one in the box, or by its folder or file. */
export function findModelFolder(nameOrFolder: string): ModelFolder {
  if (embeddedModels.some((name) => name === nameOrFolder))
    return { name: nameOrFolder, path: join(packageRoot(), "models", nameOrFolder) };
  if (isBoxedModel(nameOrFolder)) return { name: nameOrFolder, path: boxedModelFolder(nameOrFolder) };
  const path = resolve(nameOrFolder);
  if (existsSync(path)) return { name: snapshotName(path) ?? nameOrFolder, path };
  const names = nearestNames(nameOrFolder, namedModels).join(", ");
  throw new UserError(
    `"${nameOrFolder}" is neither an embedded model nor a folder.${didYouMean(nameOrFolder, namedModels)} ` +
      `Embedded: ${names}. Or give a local Hugging Face folder (with config.json, tokenizer.json, model.safetensors), or a GGUF file.`,
  );
}

/** What a folder of Hugging Face's cache is called: the repository and the first digits of the commit. `undefined` for any other folder. */
function snapshotName(path: string): string | undefined {
  const parts = /[\\/]models--([^\\/]+)[\\/]snapshots[\\/]([0-9a-f]{7})[0-9a-f]{33}[\\/]?$/.exec(path);
  return parts === null ? undefined : `${parts[1]!.replace("--", "/")}@${parts[2]!}`;
}

/** What a model is called for people, by the name or folder it is loaded by. */
export const modelName = (nameOrFolder: string): string => snapshotName(resolve(nameOrFolder)) ?? nameOrFolder;

/** The largest tokenizers have some 40 MB. */
const mostTextBytes = 256e6;

/** A text file of the folder; `undefined` where there is none. */
export async function readText({ path }: ModelFolder, file: string): Promise<string | undefined> {
  const place = join(path, file);
  if (!existsSync(place)) return undefined;
  checkRegularFile(place, mostTextBytes);
  return readFile(place, "utf8");
}

/** A JSON object of the folder; `undefined` where there is no such file. */
export async function readObject(folder: ModelFolder, file: string): Promise<object | undefined> {
  const text = await readText(folder, file);
  if (text === undefined) return undefined;
  const place = join(folder.path, file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${place} is not JSON: ${messageOf(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError(`${place} should hold a JSON object.`);
  return value;
}
