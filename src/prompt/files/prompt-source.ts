import type { Dataset } from "../../types.js";
import type { ModelCard } from "../llm.js";
import type { PromptProgram } from "../program.js";

/** A prompt that was read from files, before it is known of which task and of which model it is asked. */
export interface PromptSource {
  /** Short, for the approach's name: the folder's or the file's. */
  readonly name: string;
  /** Where it was read, for messages. */
  readonly place: string;
  /** Models that the files name, as `--llm` takes them: asked where the user names none. */
  readonly llms: readonly string[];
  /** SHA-256 of what was read: a run that goes on must ask what it began with. */
  readonly hash: string;
  /** What was not taken over as it stands in the files, in sentences for people. */
  readonly notes: readonly string[];
  /** Never ask for JSON. */
  readonly isTextOnly: boolean;
  /** Sampling parameters that it was measured with, where the files say; by `llms[0]`. */
  readonly parameters: Readonly<Record<string, number>>;
  /** What it was measured with besides the model, where the files say: `encoder minilm-l6`. */
  readonly needs: readonly string[];
  /** The prompt for a task and a model. UserError where its labels are not the task's. */
  programFor(task: Dataset, card: Pick<ModelCard, "spec" | "isReasoning">): PromptProgram;
}
