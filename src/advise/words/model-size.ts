/** @file What the size of a language model means for an answer, in words. */
import { formatLargeCount } from "../../lib/text/format.js";
import type { SizedModel } from "../../types/identity.js";

/** Ends a headline: that a small model loses is no news of larger ones. */
export function sizeText(model: SizedModel | undefined): string {
  return model === undefined
    ? ""
    : ` ${model.model} has ${parametersInWords(model.parameters)}: that it does not win says nothing of larger language models.`;
}

/** "135 million parameters". */
export function parametersInWords(parameters: number): string {
  return `${formatLargeCount(parameters).replace(" M", " million").replace(" B", " billion")} parameters`;
}
