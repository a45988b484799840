/** @file Language models that run here, before they are asked: whether they are there, and what they would take to download. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isBoxedModel } from "../../hub/boxed-models.js";
import { type DownloadPlan, planModel, planOnnxModel } from "../../hub/hub.js";
import { NoReadableWeights } from "../../hub/model-files.js";
import { HubUnreachable } from "../../hub/retries.js";
import { hubSettings } from "../../hub/settings.js";
import { formatBytes, formatPlural } from "../../lib/text/format.js";
import { resolveLlm } from "../../prompt/providers/resolve.js";
import { parseSpec } from "../../prompt/providers/spec.js";
import { isGgufPath } from "../../tune/decoders/decoder-source.js";
import { openLocalEngine } from "../../tune/decoders/inference/open-engine.js";
import type { ModelContext } from "../../tune/pretrained/resolve-model.js";

/** Which of these LLMs run here and would have to be downloaded first, in words. A Hub that cannot be reached is said, and is no error of a plan. */
export async function localDownloadNotes(llm: readonly string[], context: ModelContext): Promise<string[]> {
  const notes: string[] = [];
  for (const spec of llm) {
    const { provider, model } = parseSpec(spec);
    if (provider !== "local" || isHere(model)) continue;
    try {
      // Nobody waits long for a plan.
      const plan = await planDownload(model, { ...context, backoffSeconds: 0.2 });
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

/**
 * Whether a `local:` model can be had: a file or folder is opened, a name is looked up on the Hub, or offline in its cache. Weights are neither read
 * nor downloaded, and a plan asks no Hub, since it says itself what a download takes. `UserError` where there is none, or it is damaged: told before
 * the tuned models are trained rather than after.
 */
export async function checkLocalLlm(spec: string, context: ModelContext, isPlan: boolean): Promise<void> {
  const { model } = parseSpec(spec);
  const isOffline = context.offline || hubSettings(context.env).isOffline;
  const env = isOffline ? { ...context.env, HF_HUB_OFFLINE: "1" } : context.env;
  if (isHere(model) || isOffline) await resolveLlm(spec, { env, context, localEngine: openLocalEngine });
  else if (!isPlan) await planDownload(model, context);
}

/** Whether a name is none of the Hub's. */
function isHere(model: string): boolean {
  return isBoxedModel(model) || isGgufPath(model) || /^(\.|\/|~)/.test(model) || existsSync(resolve(model));
}

/** Its safetensors, which are computed here; of a model without any, ONNX for transformers.js. */
async function planDownload(
  model: string,
  context: ModelContext & { readonly backoffSeconds?: number },
): Promise<DownloadPlan | undefined> {
  try {
    return await planModel(model, context);
  } catch (error) {
    if (!(error instanceof NoReadableWeights)) throw error;
    return await planOnnxModel(model, context);
  }
}
