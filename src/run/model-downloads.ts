/** @file What a run would have to download first for its tuned arm, in words. */
import { planModel } from "../hub/hub.js";
import { formatBytes, formatPlural } from "../lib/text/format.js";
import { shellWord } from "../lib/text/shell-word.js";
import { isLocal, type ModelContext, onHub } from "../tune/pretrained/resolve-model.js";

/** What would have to be downloaded first, in words; `undefined` where the model is here. */
export async function downloadNote(model: string, dataPath: string, context: ModelContext): Promise<string | undefined> {
  if (isLocal(model)) return undefined;
  const plan = await onHub(model, () => planModel(model, context));
  if (plan === undefined) return undefined;
  return (
    `A run would first download ${model} (${plan.commit.slice(0, 7)}): ${formatPlural(plan.files, "file")}, ${formatBytes(plan.bytes)}, to ${plan.cacheFolder}. ` +
    "What the rest would take can be said once the model is here: its tokens are counted, and its size decides. To get it without a run: " +
    `crossover check ${shellWord(dataPath)} --model ${shellWord(model)}`
  );
}
