import { UserError } from "../../lib/errors.js";

/** The package, which runs models of the Hub in this process. */
export type Transformers = typeof import("@huggingface/transformers");

/** Loads the package, which is large and so an optional one. `UserError` with the command that installs it where it is missing. */
export async function importTransformers(
  load: () => Promise<Transformers> = () => import("@huggingface/transformers"),
): Promise<Transformers> {
  try {
    return await load();
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    if (!isMissing) throw error;
    throw new UserError(
      "local: models are run by the package @huggingface/transformers, which is not installed. Install it beside crossover: " +
        "npm install @huggingface/transformers@4",
    );
  }
}
