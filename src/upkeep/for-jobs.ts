import { UserError } from "../lib/errors.js";
import type { Artifact } from "../ship/kinds/kind.js";
import { kinds } from "../ship/kinds/kinds.js";

/** Whether jobs of an engine can compute it: they need weights that transformers reads. */
export const isForJobs = ({ fields }: Artifact): boolean => fields.kind === "classifier";

/**
 * Throws a UserError where no job of an engine can compute a folder.
 *
 * @param remedy what to do about one that asks a service, or is made of several parts, as a sentence
 */
export function checkForJobs(artifact: Artifact, remedy: string): void {
  if (isForJobs(artifact)) return;
  const { kind } = artifact.fields;
  const todo = kind === "tfidf" ? "It needs no other machine: leave --engine out." : remedy;
  throw new UserError(
    `${artifact.folder} is ${kinds[kind].noun} (${kind}), and --engine is for tuned models in the form of transformers, as tune:full, tune:lora, tune:lp-ft and tune:setfit are saved. ${todo}`,
  );
}
