/** @file What the prompted language model means for an answer, in words: its size, and that the same was tuned. */
import { formatLargeCount } from "../../lib/text/format.js";
import type { SizedModel } from "../../types/identity.js";

/** Ends a headline: that a small model loses is no news of larger ones. */
export function sizeText(model: SizedModel | undefined): string {
  return model === undefined
    ? ""
    : ` ${model.model} has ${parametersInWords(model.parameters)}: that it does not win says nothing of larger language models.`;
}

/** Ends a headline: the question in its purest form. */
export function sharedModelText(model: string | undefined): string {
  return model === undefined
    ? ""
    : ` Both sides have the same weights, ${model}: what was compared is training them against prompting them.`;
}

/** "135 million parameters". */
export function parametersInWords(parameters: number): string {
  return `${formatLargeCount(parameters).replace(" M", " million").replace(" B", " billion")} parameters`;
}
