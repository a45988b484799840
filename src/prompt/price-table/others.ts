/** @file A few models of other services, each with where its price was read. All were checked on 2026-11-28; of models that are not here a price is not known. */

import { type PriceList, priceList } from "./price-rows.js";

const grok = (input: number, output: number, read: number) =>
  ({
    input,
    output,
    read,
    thinks: true,
    above: { tokens: "200k", input: 2 * input, output: 2 * output, read: 2 * read },
  }) as const;

/** Lists under the prefixes of LiteLLM's file. */
export const otherPrices: readonly PriceList[] = [
  // https://api-docs.deepseek.com/quick_start/pricing, read on 2026-10-27. The price of peak hours; in all others it is half.
  priceList(
    {
      "deepseek-flash": {
        input: 0.3,
        output: 1.2,
        read: 0.006,
        thinks: true,
        limits: [1_000_000, 384_000],
        aliases: ["deepseek-v4-flash", "deepseek-v4-flash-vision-exp"],
      },
      "deepseek-v4-pro": { input: 1.32, output: 3.96, read: 0.044, thinks: true, limits: [1_000_000, 384_000] },
    },
    { prefix: "deepseek/" },
  ),
  // https://docs.mistral.ai/models/model-cards/mistral-medium-3-5-26-04 and https://mistral.ai/pricing (Large 4 is on sale; its list price is twice that).
  priceList(
    {
      "mistral-medium-3.5": {
        input: 1.5,
        output: 7.5,
        limits: [256_000, 256_000],
        aliases: ["mistral-medium-3", "mistral-medium-3-5", "mistral-medium-3-5-26-04", "mistral-medium-latest"],
      },
      "mistral-large-4": { input: 0.68, output: 2.09, read: 0.07, aliases: ["mistral-large-4-0"] },
    },
    { prefix: "mistral/" },
  ),
  // https://docs.x.ai/developers/grok-4-6 (input and output). By others, who name docs.x.ai as their source: reading from the cache, requests above
  // 200,000 tokens, Grok 4.5 and 4.3 (docs.apiyi.com, 2026-07), Grok 4.7 (apidog.com, 2026-09-29).
  priceList(
    {
      "grok-4.7": grok(2, 6, 0.5),
      "grok-4.6": grok(2, 6, 0.5),
      "grok-4.5": grok(2, 6, 0.5),
      "grok-4.3": grok(1.25, 2.5, 0.2),
    },
    { prefix: "xai/" },
  ),
  // https://console.groq.com/docs/models and https://docs.together.ai/docs/serverless-models, read on 2026-05-19 and later.
  priceList(
    { "openai/gpt-oss-120b": { input: 0.15, output: 0.6, thinks: true, limits: [131_072, 65_536] } },
    { prefix: "groq/" },
  ),
  priceList({ "openai/gpt-oss-120b": { input: 0.15, output: 0.6, thinks: true } }, { prefix: "together_ai/" }),
];
