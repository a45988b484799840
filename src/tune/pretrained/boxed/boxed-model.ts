/** @file A model in the box, opened as the GGUF file that its package's parts are made of. */
import { type BoxedModelName, boxedModelFolder, boxedModels } from "../../../hub/boxed-models.js";
import { type GgufModel, openGgufModel } from "../gguf/gguf-model.js";
import { openStoredParts } from "./stored-parts.js";

/** Opens a model by its name in the box. `UserError` where its package is not installed, or damaged. */
export async function openBoxedModel(name: BoxedModelName): Promise<GgufModel> {
  return openGgufModel(await openStoredParts(boxedModelFolder(name), boxedModels[name].sha256));
}
