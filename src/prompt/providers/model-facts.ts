/** @file What is known of a model before it is asked: whether it thinks first, and which parts of a request it takes. */

import { listPrices } from "../prices/price-table.js";
import { findPrice, type Price } from "../prices/prices.js";
import type { Features } from "./sdk-llm.js";
import type { Service } from "./services.js";

/** Where to begin with a model. */
export interface ModelFacts {
  /** Its output may include thoughts, for which room is needed. */
  readonly isReasoning: boolean;
  /** It is one of OpenAI's that think: those have names of their own for the system's role and the limit of output. */
  readonly isOpenaiThinker: boolean;
  readonly features: Features;
}

/**
 * Facts of `model` at a service.
 *
 * @param price what is known of it, with prices of the user's own
 * @param isAtHome whether it is asked at the service's usual address
 */
export function modelFacts(
  service: Service,
  provider: string,
  model: string,
  price: Price | null,
  isAtHome: boolean,
): ModelFacts {
  const base = baseOf(model);
  const listed = findPrice(listPrices, provider, base);
  const isOpenais = service.sampling === "unless-reasoning" && (listed?.maker === "openai" || (listed === null && isAtHome));
  const thinks = price?.supports_reasoning ?? listed?.supports_reasoning;
  // All models of OpenAI that are newer than the table think. Of others it is not known, and they are given room.
  const isReasoning = thinks ?? !(isOpenais && listed !== null);
  const isOpenaiThinker = isOpenais && isReasoning;
  const samples = price?.supports_sampling_params ?? listed?.supports_sampling_params ?? service.sampling;
  const takesAll = service.sampling !== "unless-reasoning" || !isOpenaiThinker;
  return {
    isReasoning,
    isOpenaiThinker,
    features: {
      temperature: samples === "unless-reasoning" ? !isOpenaiThinker : samples,
      seed: service.seedName !== null && takesAll,
      structure: price?.supports_response_schema ?? listed?.supports_response_schema ?? true,
      logprobs: service.hasLogprobs && takesAll,
    },
  };
}

/** The model that a fine-tuned one was made of: OpenAI names those `ft:BASE:ORGANIZATION:NAME:ID`. */
function baseOf(model: string): string {
  const [kind, base] = model.split(":");
  return kind === "ft" && base !== undefined ? base : model;
}
