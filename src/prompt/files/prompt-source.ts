import type { Dataset } from "../../types/data.js";
import type { ModelCard } from "../llm.js";
import type { PromptProgram } from "../program.js";

/** A prompt read from files, before its task and model are known. */
export interface PromptSource {
  /** The name of the folder or file, used in the approach's name. */
  readonly name: string;
  /** The path it was read from, for messages. */
  readonly place: string;
  /** Models that the files name, in the form that `--llm` takes: used if the user names none. */
  readonly llms: readonly string[];
  /** SHA-256 of the files: a resumed run must ask what it began with. */
  readonly hash: string;
  /** What differs from the files, in sentences for people. */
  readonly notes: readonly string[];
  /** Whether JSON is never asked for. */
  readonly isTextOnly: boolean;
  /** The sampling parameters that `llms[0]` was measured with, if the files say so. */
  readonly parameters: Readonly<Record<string, number>>;
  /** What else it was measured with, if the files say so: `encoder minilm-l6`. */
  readonly needs: readonly string[];
  /** Makes the prompt for a task and a model. Throws a `UserError` if its labels are not the task's. */
  programFor(task: Dataset, card: Pick<ModelCard, "spec" | "isReasoning">): PromptProgram;
}
