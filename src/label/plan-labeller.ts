import { UserError } from "../lib/errors.js";
import type { PriceTable } from "../prompt/prices/prices.js";
import { planElsewhere } from "./engine-labeller.js";
import type { LabellerOptions, LabellerPlan, LabellerSources } from "./labeller.js";
import { planPrompted } from "./prompted-labeller.js";
import { planTuned, type TunedModels } from "./tuned-labeller.js";

/** Options that say what an earlier run or a tuned model has settled already. */
const settled = ["labels", "descriptions", "examples", "multiLabel", "labelSeparator", "labelColumns"] as const;

/** Who labels, by the options. UserError where they name nobody, or no labels, or what does not go together. */
export async function planLabeller(
  options: LabellerOptions,
  env: LabellerSources["env"],
  prices: PriceTable,
  models: TunedModels,
): Promise<LabellerPlan> {
  const { model, llm, run, approach, elsewhere } = options;
  if (model !== undefined && (llm !== undefined || run !== undefined))
    throw new UserError("--model labels with a tuned model, --llm and --run with an LLM: give one of them.");
  if (model !== undefined && options.batches !== undefined)
    throw new UserError("--batch asks an LLM in batches; a tuned model runs here. Leave it out.");
  if (model !== undefined && elsewhere?.asking.vllmArgs !== undefined)
    throw new UserError("--vllm-args is for an LLM that vLLM is asked for, and a tuned model labels. Leave it out.");
  const source = model === undefined ? run : model;
  const given = settled.find((name) => options[name] !== undefined);
  if (source !== undefined && given !== undefined) {
    const flag = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UserError(`${flag} cannot be changed for ${source}: its labels and prompt are settled. Leave it out.`);
  }
  if (approach !== undefined && run === undefined)
    throw new UserError("--approach names a prompt of a run: give the run with --run.");
  if (model === undefined) return planPrompted(options, env, prices);
  if (elsewhere === undefined) return planTuned(model, models.open);
  return planElsewhere({ folder: model, ...(await models.read(model)) }, elsewhere);
}
