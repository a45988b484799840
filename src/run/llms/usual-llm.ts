/** @file Which language model a run asks where its user names none: the one in the box, unless something speaks against it. */
import { boxedModelFolder, boxedModels } from "../../hub/boxed-models.js";
import { UserError } from "../../lib/errors.js";
import type { Task } from "../../types/data.js";
import { usualLlm } from "../estimate/llm-offer.js";
import { allName, promptWayOf } from "../named-approaches.js";
import type { RunOptions } from "../run-options.js";

/** Words that stand in the place of a model: the usual one, and none. */
const [automatic, nobody] = ["auto", "none"];

/** The usual model. It needs no key and no network, and nothing leaves the machine. */
const boxed = "smollm2";

/** As `--llm` names it. */
export const usualSpec = `local:${boxed}`;

/** The options with the models that they name, and whether none was named and the usual one may be asked. `UserError` where a word is among names. */
export function namedLlms(given: RunOptions): { readonly options: RunOptions; readonly isOpen: boolean } {
  const word = given.llm.find((spec) => spec === automatic || spec === nobody);
  if (word === undefined) return { options: given, isOpen: false };
  if (given.llm.length > 1)
    throw new UserError(
      `--llm ${word} stands alone, and --llm ${given.llm.find((spec) => spec !== word)} is given too. Leave out one of them.`,
    );
  return { options: { ...given, llm: [] }, isOpen: word === automatic };
}

/**
 * Test rows that the usual model is asked about in each prompt: as many as it reads in some seven seconds of two cores, at 1,000 tokens a second,
 * and at least so many that the interval says something.
 */
const [readTokens, leastRows, mostRows] = [7_000, 40, 100] as const;
/** What comes with a text: its marks, and the labels that are tried after it. */
const tokensAround = 45;
const charactersAToken = 4;

function usualRows({ examples }: Task["test"]): number {
  const characters = examples.reduce((sum, { text }) => sum + text.length, 0) / Math.max(1, examples.length);
  const rows = Math.floor(readTokens / (characters / charactersAToken + tokensAround));
  return Math.min(mostRows, Math.max(leastRows, rows));
}

/** What a run without a named model asks, and what its user is told of it. */
export interface UsualChoice {
  readonly options: RunOptions;
  readonly note?: string;
}

/** The options with the usual model, where it can be asked about the task. */
export function withUsualLlm(options: RunOptions, { train, test }: Pick<Task, "train" | "test">): UsualChoice {
  const { approaches } = options;
  // Who names approaches of which none is a prompt wants no model.
  if (approaches !== undefined && !approaches.some((name) => name === allName || promptWayOf(name) !== undefined))
    return { options };
  const { fullName } = boxedModels[boxed];
  const unasked = (why: string): UsualChoice => ({
    options,
    note: `No LLM was named, so none is measured: ${why}. To add one: --llm ${usualLlm} (with OPENAI_API_KEY), another service of docs/services.md, ollama:qwen3:8b, or recorded:FILE.`,
  });
  if (train.isMultiLabel)
    return unasked(`${fullName}, the model in the box, chooses one label a row, and rows of this data may have several`);
  try {
    boxedModelFolder(boxed);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return unasked(`${fullName}, the model in the box, is not installed`);
  }
  return {
    options: { ...options, llm: [usualSpec], llmRows: options.llmRows ?? usualRows(test), isUsualLlm: true },
    note: `No LLM was named: ${fullName}, the model in the box, is asked on this machine. --llm SPEC asks another, --llm none asks none.`,
  };
}
