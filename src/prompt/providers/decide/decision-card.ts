import { UserError } from "../../../lib/errors.js";
import type { ModelCard } from "../../llm.js";
import { listPrices } from "../../prices/price-table.js";
import { findPrice, freePrice, type PriceTable, priceOn, priceWarnings } from "../../prices/prices.js";
import { addressOf, isLoopback } from "../service-address.js";
import { type DecisionSpec, parseDecisionSpec } from "./decision-services.js";

/** Of `ResolveOptions` what matters for a decision model. */
export interface DecisionOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prices?: PriceTable;
  readonly maxConcurrency?: number;
  readonly today?: string;
  /** There: asked in batches, which it cannot be. */
  readonly batch?: unknown;
}

/** Describes a decision model without asking it, without a key. */
export function decisionCard(spec: string, options: DecisionOptions): ModelCard {
  if (options.batch !== undefined)
    throw new UserError(`${spec} cannot be asked in batches: servers of decision models have none.`);
  const parsed = parseDecisionSpec(spec.slice("decide:".length));
  const { service, serviceName, address } = parsed;
  const model = address === null ? `${serviceName}/${parsed.model}` : parsed.model;
  const { url: baseUrl, variable } = placeOf(parsed, options.env);
  const today = options.today ?? new Date().toISOString().slice(0, 10);
  const prices = options.prices ?? listPrices;
  const listed = findPrice(prices, "decide", model);
  const price = listed !== null ? priceOn(listed, today) : isLoopback(baseUrl) ? freePrice : null;
  const { key } = service;
  const isKeyless = key.variable === null || key.isNeeded === "never" || (key.isNeeded === "elsewhere" && variable !== null);
  return {
    spec,
    provider: "decide",
    model,
    baseUrl,
    price,
    isReasoning: false,
    decides: service.limits,
    needs: serviceName === "ollama" ? ["ollama"] : [...(isKeyless ? [] : [key.variable!]), "network"],
    warnings: priceWarnings(prices, model, listed ?? price, today),
  };
}

function placeOf({ service, serviceName, address }: DecisionSpec, env: DecisionOptions["env"]) {
  return address === null ? addressOf(`decide:${serviceName}`, service, env) : { url: address, variable: null };
}
