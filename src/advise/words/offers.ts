import { formatPlural, formatUsd } from "../../lib/text/format.js";
import type { LlmOffer } from "../../types/prices.js";

/** What measuring a language model would cost, in a sentence. */
export function offerText({ model, usd }: LlmOffer, testRows: number): string {
  return `Measuring ${model} on these ${formatPlural(testRows, "test row")} costs about ${formatUsd(usd)}.`;
}
