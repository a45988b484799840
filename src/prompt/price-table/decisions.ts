/**
 * @file Decision models by the names of `--llm decide:…`. Only input is billed. Read in copies of these pages on 2026-11-28; where a maker's own
 * page was not to be had, of others who name it.
 */

import { type PriceList, priceList } from "./price-rows.js";

/** Lists under the prefix of decision models. */
export const decisionPrices: readonly PriceList[] = [
  // https://zuplo.com/docs/ai-gateway/jev and others, of TypeSafe's price.
  priceList({ "jev-latest": { input: 0.042, output: 0, aliases: ["jev-1.13.0"] } }, { prefix: "decide/typesafe/" }),
  // https://apidog.com/blog/openai-decisions-api and https://docs.rs/vtcode-llm, of OpenAI's price: neither output nor the cache is billed beside it.
  priceList({ "gpt-6-luna": { input: 0.1, output: 0 } }, { prefix: "decide/openai/" }),
  // https://docs.perplexity.ai/docs/decisions/quickstart
  priceList({ "pplx-decider-v1-27b": { input: 0.04, output: 0 } }, { prefix: "decide/perplexity/" }),
];
