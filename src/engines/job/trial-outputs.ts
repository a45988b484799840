/** @file What a trial left in `out/`: seconds, and nothing that was learned. */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../lib/errors.js";
import { checkManifest, damaged, readJson } from "./outputs.js";
import type { StagedTraining } from "./stage.js";

/** What parts of a job take on the engine's machine, in seconds. */
export interface TrialOutputs {
  /** The model and the rows, once a job. */
  readonly loadingSeconds: number;
  /** An update of the weights: the mean of those that were timed. */
  readonly updateSeconds: number;
  /** How many were timed. */
  readonly updates: number;
  /** A text that is answered, of many at once. */
  readonly textSeconds: number;
}

const seconds = z.number().nonnegative();
const trialSchema = z
  .object({ loading_seconds: seconds, update_seconds: seconds, updates: z.int().positive(), text_seconds: seconds })
  .transform(({ loading_seconds, update_seconds, updates, text_seconds }) => ({
    loadingSeconds: loading_seconds,
    updateSeconds: update_seconds,
    updates,
    textSeconds: text_seconds,
  }));

/** Reads the results of a trial. `UserError` where they are not whole. */
export async function readTrial({ folder, id }: Pick<StagedTraining, "folder" | "id">): Promise<TrialOutputs> {
  const out = join(folder, "out");
  const files = await checkManifest(out, id);
  if (!Object.hasOwn(files, "trial.json")) throw new UserError(`${join(out, "manifest.json")} names no trial.json. ${damaged}`);
  return readJson(join(out, "trial.json"), trialSchema);
}
