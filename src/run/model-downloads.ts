/** @file What a run would have to download first, in words: its encoder, and LLMs that run here. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isBoxedModel } from "../hub/boxed-models.js";
import { planModel, planOnnxModel } from "../hub/hub.js";
import { HubUnreachable } from "../hub/retries.js";
import { formatBytes, formatPlural } from "../lib/text/format.js";
import { shellWord } from "../lib/text/shell-word.js";
import { parseSpec } from "../prompt/providers/spec.js";
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

/** Which of these LLMs run here and would have to be downloaded first, in words. A Hub that cannot be reached is said, and is no error of a plan. */
export async function localDownloadNotes(llm: readonly string[], context: ModelContext): Promise<string[]> {
  const notes: string[] = [];
  for (const spec of llm) {
    const { provider, model } = parseSpec(spec);
    if (provider !== "local" || isBoxedModel(model) || existsSync(resolve(model))) continue;
    try {
      // Nobody waits long for a plan.
      const plan = await planOnnxModel(model, { ...context, backoffSeconds: 0.2 });
      if (plan === undefined) continue;
      notes.push(
        `${spec} is downloaded first: ${formatPlural(plan.files, "file")}, ${formatBytes(plan.bytes)}, to ${plan.cacheFolder}.`,
      );
    } catch (error) {
      if (!(error instanceof HubUnreachable)) throw error;
      notes.push(`What ${spec} takes to download is not known: ${error.message}`);
    }
  }
  return notes;
}
