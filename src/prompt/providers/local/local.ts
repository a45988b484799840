/** @file `local:ORG/MODEL`: from a name to a model that runs in this process, by transformers.js. */

import { stat } from "node:fs/promises";
import { fetchOnnxModel } from "../../../hub/hub.js";
import type { Context } from "../../../types/approach.js";
import type { ProgressEvent } from "../../../types/events.js";
import type { Llm, ModelCard } from "../../llm.js";
import { freePrice } from "../../prices/prices.js";
import { readLocalFiles } from "./local-files.js";
import { localLlm } from "./local-llm.js";
import { importTransformers } from "./transformers-js.js";

/** Where models are looked for, and who hears of it. */
export interface LocalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly context?: Pick<Context, "signal" | "log">;
}

/** What is known of a model that runs here. `model` is `ORG/MODEL`, also with `@revision`, or a folder. */
export function localCard(spec: string, model: string): ModelCard {
  return {
    spec,
    provider: "local",
    model,
    baseUrl: "local:",
    price: freePrice,
    isReasoning: false,
    needs: ["@huggingface/transformers"],
    warnings: [],
  };
}

/**
 * A model that runs here, its files found in a folder, in Hugging Face's cache or on the Hub. `UserError` where there are none that
 * transformers.js can run, or it is not installed.
 */
export async function openLocalLlm(card: ModelCard, { env, context }: LocalOptions): Promise<Llm> {
  // Before a download of a gigabyte rather than after.
  await importTransformers();
  const signal = context?.signal ?? new AbortController().signal;
  const log = (event: ProgressEvent): void => context?.log(event);
  const isFolder = await stat(card.model).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const files = await readLocalFiles(card.model, isFolder ? card.model : await fetchOnnxModel(card.model, { env, signal, log }));
  return localLlm(card, files);
}
