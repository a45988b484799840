/** @file What measuring a language model of a service would cost, where none was named: the next step of a run that has no answer yet. */
import { services } from "../../prompt/providers/services.js";
import { parseSpec } from "../../prompt/providers/spec.js";
import type { Task } from "../../types/data.js";
import type { Encoder } from "../../types/encoder.js";
import type { LlmOffer } from "../../types/prices.js";
import { makeApproaches } from "../approaches.js";
import type { RunHooks } from "../hooks.js";
import type { RunOptions } from "../run-options.js";

/** A model to begin with, as `--llm` names it. */
export const usualLlm = "openai:gpt-6-luna";

/** Which keys there are, and what to write to use them. */
const keyHints = Object.entries(services).flatMap(([name, { key, example }]) =>
  key.variable === null || name === "openai-compatible" ? [] : [{ variable: key.variable, spec: `${name}:${example}` }],
);

/** The first service whose key is set. */
export function keyAtHand(env: RunHooks["env"]): (typeof keyHints)[number] | undefined {
  return keyHints.find(({ variable }) => env[variable]);
}

/** Asking a model without examples, of a service whose key is at hand; asks nobody. `null` where a language model was named that is not one of this process, or no price is known. */
export async function llmOffer(
  options: RunOptions,
  { task, encoder, env }: { readonly task: Task; readonly encoder: Encoder; readonly env: RunHooks["env"] },
): Promise<LlmOffer | null> {
  if (options.llm.some((spec) => parseSpec(spec).provider !== "local")) return null;
  const model = keyAtHand(env)?.spec ?? usualLlm;
  const { approaches: _, prompt: __, llmRows: ___, ...rest } = options;
  const all = await makeApproaches({ ...rest, llm: [model], prompt: [] }, { encoder, env, task });
  const plain = all.find((approach) => approach.model === model && approach.method === "zero-shot");
  const estimate = await plain?.estimate(
    task.train,
    task.test.examples.map(({ id, text }) => ({ id, text })),
  );
  return estimate?.usd == null || estimate.usd === 0 ? null : { model, usd: estimate.usd };
}
