/** @file Which language model was prompted: how large it is, for a small one that loses says little of the others, and whether the very same was tuned. */
import type { Comparison } from "../types/comparison.js";
import type { SizedModel } from "../types/identity.js";
import type { Summary } from "../types/scores.js";
import type { Decision } from "./decision.js";

/** The prompted model of a decision, where it is not chosen and its size is known: of those that run in this process. */
export function unchosenModel(decision: Decision, comparison: Comparison): SizedModel | undefined {
  if (decision.choice !== null && decision.choice.arm === "prompt") return undefined;
  const prompted = comparison.summaries.find(({ approach }) => approach === comparison.best.prompt?.approach);
  return prompted === undefined || !("contrast" in decision) ? undefined : sized(prompted);
}

/** How `--llm` names models that run in this process. */
const local = "local:";

/** The model whose weights both sides of a decision stand on, as `--model` names it: once tuned, once prompted. `undefined` where they are two models. */
export function sharedModel(decision: Decision, { summaries, best }: Comparison): string | undefined {
  if (!("contrast" in decision)) return undefined;
  const modelOf = (arm: "tune" | "prompt"): string | undefined =>
    summaries.find(({ approach }) => approach === best[arm]?.approach)?.model;
  const [tuned, prompted] = [modelOf("tune"), modelOf("prompt")];
  if (tuned === undefined || prompted === undefined) return undefined;
  const name = prompted.startsWith(local) ? prompted.slice(local.length) : undefined;
  // Of a model of the Hub the tuned side says which commit it was too.
  return name !== undefined && (tuned === name || tuned.startsWith(`${name}@`)) ? name : undefined;
}

function sized({ model, traits, facts }: Summary): SizedModel | undefined {
  const { totalParameters: parameters } = facts;
  return !traits.asksLlm || parameters === null || model === undefined ? undefined : { model, parameters };
}

/** Language models that run in this process, the smallest first, with the sizes that their cards tell (huggingface.co/Qwen/Qwen3-0.6B, …-1.7B). */
const localModels: readonly SizedModel[] = [
  { model: "local:Qwen/Qwen3-0.6B", parameters: 0.6e9 },
  { model: "local:Qwen/Qwen3-1.7B", parameters: 1.7e9 },
];

/** The next larger one that runs in this process; `undefined` after the largest. */
export function nextLarger({ parameters }: SizedModel): SizedModel | undefined {
  return localModels.find((each) => each.parameters > 1.5 * parameters);
}
