import { join } from "node:path";
import { readFolderPrompt } from "../label/stored-prompt.js";
import { UserError } from "../lib/errors.js";
import { isAskedByJobs } from "../prompt/providers/vllm.js";
import { memberFolders } from "../ship/cascade/cascade-names.js";
import type { Artifact } from "../ship/kinds/kind.js";
import { kinds } from "../ship/kinds/kinds.js";

/** Whether jobs of an engine can compute it: it has weights that transformers reads, or its LLM is one that jobs ask. */
export async function isForJobs({ folder, fields }: Artifact): Promise<boolean> {
  if (fields.kind === "classifier") return true;
  if (fields.kind !== "prompt" && fields.kind !== "cascade") return false;
  try {
    const { llm } = await readFolderPrompt(fields.kind === "prompt" ? folder : join(folder, memberFolders.llm));
    return isAskedByJobs(llm);
  } catch (error) {
    // What is wrong with it is said where it is read for an answer.
    if (error instanceof UserError) return false;
    throw error;
  }
}

/**
 * Throws a UserError where no job of an engine can compute a folder.
 *
 * @param remedy what to do about one that asks a service, or is made of several parts, as a sentence
 */
export async function checkForJobs(artifact: Artifact, remedy: string): Promise<void> {
  if (await isForJobs(artifact)) return;
  const { kind } = artifact.fields;
  const todo = kind === "tfidf" ? "It needs no other machine: leave --engine out." : remedy;
  throw new UserError(
    `${artifact.folder} is ${kinds[kind].noun} (${kind}), and --engine is for tuned models in the form of transformers, as tune:full, tune:lora, tune:lp-ft and tune:setfit are saved, and for vllm: models. ${todo}`,
  );
}
