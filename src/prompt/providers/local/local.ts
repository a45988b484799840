/** @file `local:MODEL`: from a name to a model that runs in this process. */

import { stat } from "node:fs/promises";
import { boxedModels, isBoxedModel } from "../../../hub/boxed-models.js";
import { fetchOnnxModel } from "../../../hub/hub.js";
import type { Context } from "../../../types/approach.js";
import type { ProgressEvent } from "../../../types/events.js";
import type { OpenLocalEngine } from "../../../types/local-engine.js";
import type { Llm, ModelCard } from "../../llm.js";
import { freePrice } from "../../prices/prices.js";
import { readLocalFiles } from "./local-files.js";
import { localLlm } from "./local-llm.js";
import { loadEntailmentModel } from "./local-nli.js";
import { importTransformers } from "./transformers-js.js";
import { loadTransformersJsEngine } from "./transformers-js-engine.js";

/** Where models are looked for, and who hears of it. */
export interface LocalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly context?: Pick<Context, "signal" | "log">;
  /** The engine that is tried first. @default none: all models are run by transformers.js */
  readonly localEngine?: OpenLocalEngine | undefined;
}

/** What is known of a model that runs here. `model` is the name of one in the box, `ORG/MODEL`, also with `@revision`, a folder, or a GGUF file. */
export function localCard(spec: string, model: string): ModelCard {
  const isBoxed = isBoxedModel(model);
  return {
    spec,
    provider: "local",
    model,
    baseUrl: "local:",
    price: freePrice,
    isReasoning: false,
    needs: isBoxed || model.toLowerCase().endsWith(".gguf") ? [] : ["@huggingface/transformers"],
    ...(isBoxed ? { parameterCount: boxedModels[model].parameters } : {}),
    warnings: [],
  };
}

/**
 * A model that runs here, its files found in the box, in a folder, in Hugging Face's cache or on the Hub: by the engine that is given where it
 * computes the model, else by transformers.js. `UserError` where neither can run it.
 */
export async function openLocalLlm(card: ModelCard, { env, context, localEngine }: LocalOptions): Promise<Llm> {
  const signal = context?.signal ?? new AbortController().signal;
  const log = (event: ProgressEvent): void => context?.log(event);
  const own = await localEngine?.(card.model, { env, signal, log });
  if (own) {
    const known = { ...card, needs: [], parameterCount: own.parameters };
    return localLlm(known, {
      version: own.version,
      kind: "continues",
      load: async () => ({ kind: "continues", engine: await own.load() }),
    });
  }
  // Before a download of a gigabyte rather than after.
  await importTransformers();
  const isFolder = await stat(card.model).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const files = await readLocalFiles(card.model, isFolder ? card.model : await fetchOnnxModel(card.model, { env, signal, log }));
  return localLlm(card, {
    version: files.version,
    kind: files.entailment === null ? "continues" : "judges",
    load: async () =>
      files.entailment === null
        ? { kind: "continues", engine: await loadTransformersJsEngine(files) }
        : { kind: "judges", model: await loadEntailmentModel(files, files.entailment) },
  });
}
