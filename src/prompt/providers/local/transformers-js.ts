/** @file transformers.js, which runs models of the Hub in this process. It is large, and so an optional package, loaded where it is needed. */

import { UserError } from "../../../lib/errors.js";
import { requireTelemetryDisabled } from "../../../lib/onnxruntime-telemetry.js";
import type { LocalFiles } from "./local-files.js";

/** The package. */
export type Transformers = typeof import("@huggingface/transformers");

/** Loads the package. `UserError` with the command that installs it where it is missing. */
export async function importTransformers(
  load: () => Promise<Transformers> = () => import("@huggingface/transformers"),
): Promise<Transformers> {
  // It runs its models in onnxruntime-node too.
  requireTelemetryDisabled();
  try {
    return await load();
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    if (!isMissing) throw error;
    throw new UserError(
      "local: models are run by the package @huggingface/transformers, which is not installed. Install it beside crossover: " +
        "npm install --ignore-scripts @huggingface/transformers@4",
    );
  }
}

/** Loads tokenizer and model from a folder, on the CPU, and nothing from elsewhere. `UserError` where they can't be read. */
export async function loadPretrained<Tokenizer, Model>(
  files: LocalFiles,
  tokenizer: { from_pretrained(folder: string, options: object): Promise<Tokenizer> },
  model: { from_pretrained(folder: string, options: object): Promise<Model> },
): Promise<[Tokenizer, Model]> {
  const options = { local_files_only: true, dtype: files.dtype, device: "cpu" };
  try {
    return await Promise.all([tokenizer.from_pretrained(files.folder, options), model.from_pretrained(files.folder, options)]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `local:${files.name} can't be loaded by transformers.js: ${reason.slice(0, 300)}. Expected a model with its weights as ONNX, of a ` +
        "family that transformers.js knows.",
    );
  }
}
