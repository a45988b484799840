/**
 * @file What models cost. One dated table, fields as in LiteLLM's `model_prices_and_context_window.json`, so that a newer copy of
 * that file, or one row of one's own, can be laid over it.
 */

import { readFile } from "node:fs/promises";
import { messageOf, UserError } from "../../lib/errors.js";
import { nearestNames } from "../../lib/text/nearest-name.js";
import { whyUnreadable } from "../../lib/unreadable-file.js";
import type { Usage } from "../../types/prediction.js";
import { serviceOf, services } from "../providers/services.js";

/** Prices of a token that grow with the length of a request. */
type BasePriceField =
  | "input_cost_per_token"
  | "output_cost_per_token"
  | "cache_read_input_token_cost"
  | "cache_creation_input_token_cost";

/** Input tokens of a request above which all its tokens have the second price, as the names of LiteLLM's fields say it. */
const tiers = { "100k": 100_000, "200k": 200_000, "272k": 272_000 } as const;
type TierField = `${BasePriceField}_above_${keyof typeof tiers}_tokens`;

/** USD per token, and what a model takes. Names as in LiteLLM's file. Reasoning is billed as output. */
export interface Price extends Readonly<Partial<Record<TierField, number>>> {
  readonly input_cost_per_token: number;
  readonly output_cost_per_token: number;
  /** Input that the service had in its prompt cache. Absent: the same as other input. */
  readonly cache_read_input_token_cost?: number;
  /** Input that the service put into its prompt cache, for five minutes. Absent: the same as other input. */
  readonly cache_creation_input_token_cost?: number;
  readonly input_cost_per_token_batches?: number;
  readonly output_cost_per_token_batches?: number;
  readonly max_input_tokens?: number;
  readonly max_output_tokens?: number;
  /** ISO date from which the service answers no more. */
  readonly deprecation_date?: string;
  readonly supports_reasoning?: boolean;
  /** False where the model refuses `temperature` and its like. Absent: reasoning models refuse them. */
  readonly supports_sampling_params?: boolean;
  /** False where JSON of a given schema cannot be demanded. */
  readonly supports_response_schema?: boolean;
  /** The model that its maker names in place of one that is retired. Not in LiteLLM's file, like those below. */
  readonly replacement?: string;
  /** Whose model it is, wherever it is served. */
  readonly maker?: "openai" | "anthropic" | "google";
  /** What is announced to take this price's place, and from which ISO date on. */
  readonly later?: { readonly from: string; readonly price: Price };
}

/** Prices by model id, with where and when they were read. */
export interface PriceTable {
  /** ISO date at which the prices were read. */
  readonly asOf: string;
  readonly source: string;
  readonly models: Readonly<Record<string, Price>>;
  /** Other names of models: the id whose price each has. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Ids whose price the user gave: they are as old as the user says. */
  readonly own?: ReadonlySet<string>;
}

/** A model in use on this machine: nothing is billed. */
export const freePrice: Price = { input_cost_per_token: 0, output_cost_per_token: 0 };

/**
 * USD for one answer at list price: `(in − read − written)·p_in + read·p_read + written·p_write + out·p_out`. Reasoning is part of the
 * output. Where a request is longer than a tier, all of it has the tier's prices.
 */
export function costOfUsage(price: Price, usage: Usage): number {
  const of = pricesFor(price, usage.inputTokens);
  const written = usage.cacheWriteInputTokens ?? 0;
  const plain = usage.inputTokens - usage.cachedInputTokens - written;
  return plain * of.input + usage.cachedInputTokens * of.read + written * of.write + usage.outputTokens * of.output;
}

/** The most that a request of at most so many tokens can cost, however the service's cache takes it. */
export function mostCost(price: Price, inputTokens: number, outputTokens: number): number {
  const of = pricesFor(price, inputTokens);
  return inputTokens * Math.max(of.input, of.write) + outputTokens * of.output;
}

interface PricesOfTokens {
  readonly input: number;
  readonly output: number;
  readonly read: number;
  readonly write: number;
}

const lowestTier = Math.min(...Object.values(tiers));
const pricesBelowTiers = new WeakMap<Price, PricesOfTokens>();

/** The prices of a request's tokens, by its length. */
function pricesFor(price: Price, inputTokens: number): PricesOfTokens {
  if (inputTokens > lowestTier) return tieredPrices(price, inputTokens);
  // Asked for several times a request, at a thousand requests a second.
  const known = pricesBelowTiers.get(price);
  if (known !== undefined) return known;
  const prices = tieredPrices(price, 0);
  pricesBelowTiers.set(price, prices);
  return prices;
}

function tieredPrices(price: Price, inputTokens: number): PricesOfTokens {
  const reached = (Object.keys(tiers) as (keyof typeof tiers)[]).filter((name) => inputTokens > tiers[name]).reverse();
  const of = (field: BasePriceField): number | undefined =>
    reached.map((name) => price[`${field}_above_${name}_tokens` as const]).find((found) => found !== undefined) ?? price[field];
  const input = of("input_cost_per_token") ?? price.input_cost_per_token;
  return {
    input,
    output: of("output_cost_per_token") ?? price.output_cost_per_token,
    read: of("cache_read_input_token_cost") ?? input,
    write: of("cache_creation_input_token_cost") ?? input,
  };
}

/**
 * The prices of the service's batch interface; `null` where they are not known. What input and output have as their batch price applies as a
 * share to all their prices: the discounts of cache and batch multiply, as OpenAI's and Anthropic's price lists have it.
 */
export function batchPrice(price: Price): Price | null {
  const { input_cost_per_token: input, output_cost_per_token: output } = price;
  // What costs nothing costs nothing in a batch.
  const { input_cost_per_token_batches: inputBatch = input === 0 ? 0 : undefined } = price;
  const { output_cost_per_token_batches: outputBatch = output === 0 ? 0 : undefined } = price;
  if (inputBatch === undefined || outputBatch === undefined) return null;
  const shares = { input: input === 0 ? 1 : inputBatch / input, output: output === 0 ? 1 : outputBatch / output };
  const discounted = Object.entries(price).map(([field, value]) => {
    if (typeof value !== "number" || !field.includes("cost") || field.endsWith("_batches")) return [field, value];
    return [field, value * (field.startsWith("output") ? shares.output : shares.input)];
  });
  return { ...price, ...Object.fromEntries(discounted), input_cost_per_token: inputBatch, output_cost_per_token: outputBatch };
}

/** The batch interface's share of the list price; `undefined` where it is unknown, no saving, or another one for input than for output. */
export function batchPriceShare(price: Price): number | undefined {
  const batch = batchPrice(price);
  const { input_cost_per_token: input, output_cost_per_token: output } = price;
  if (batch === null || input === 0 || output === 0) return undefined;
  const [ofInput, ofOutput] = [batch.input_cost_per_token / input, batch.output_cost_per_token / output];
  return ofInput < 1 && Math.abs(ofInput - ofOutput) < 1e-9 ? ofInput : undefined;
}

/** The cost of one answer through the batch interface; `null` where its price is not known. */
export function batchCostOfUsage(price: Price, usage: Usage): number | null {
  const batch = batchPrice(price);
  return batch === null ? null : costOfUsage(batch, usage);
}

/** The price of a model, by its id or another name of it; `null` where the table has none. */
export function findPrice({ models, aliases = {} }: PriceTable, provider: string, model: string): Price | null {
  const name = model.replace(/^models\//, "");
  for (const prefix of serviceOf(provider)?.pricePrefixes ?? [`${provider}/`]) {
    const key = prefix + name;
    if (Object.hasOwn(models, key)) return models[key]!;
    if (Object.hasOwn(aliases, key)) return models[aliases[key]!] ?? null;
  }
  return null;
}

/**
 * The price of a recorded model, whichever service it is of; `null` where the table has none.
 *
 * @param isDecided whether it answered as a decision model, which the same model may do at another price
 */
export function findRecordedPrice(table: PriceTable, model: string, isDecided = false): Price | null {
  if (isDecided) {
    const names = [...Object.keys(table.models), ...Object.keys(table.aliases ?? {})];
    const name = names.find((known) => known.startsWith("decide/") && known.endsWith(`/${model}`));
    return name === undefined ? null : findPrice(table, "decide", name.slice("decide/".length));
  }
  for (const provider of Object.keys(services)) {
    const price = findPrice(table, provider, model);
    if (price !== null) return price;
  }
  return null;
}

/** A price as it is on a day, given as ISO date. */
export function priceOn(price: Price, today: string): Price {
  return price.later !== undefined && today >= price.later.from ? price.later.price : price;
}

/** Prices older than this many days are warned of. */
const freshDays = 90;

/**
 * What the user should know about a price: that it is missing, old or about to change, or that the model is retired or will be soon. `today` is
 * an ISO date.
 */
export function priceWarnings(table: PriceTable, model: string, price: Price | null, today: string): string[] {
  if (price === null) {
    const near = nearestNames(model, Object.keys(table.models))[0];
    return [
      `The price of ${model} is not known (prices of ${table.asOf}${near === undefined ? "" : `; the nearest name is ${near}`}): its cost ` +
        "is left out. Give a file of your own with --prices.",
    ];
  }
  const { deprecation_date: end, replacement } = price;
  const retirement = end === undefined ? null : retirementNote(model, end, today, replacement);
  return [
    ...ageWarnings(table, price, today),
    ...changeWarnings(model, price, today),
    ...(retirement === null ? [] : [retirement]),
  ];
}

function ageWarnings({ asOf, models, own }: PriceTable, price: Price, today: string): string[] {
  const days = daysBetween(asOf, today);
  const isListed = Object.entries(models).some(([id, listed]) => listed === price && own?.has(id) !== true);
  if (days <= freshDays || !isListed) return [];
  return [
    `The prices are of ${asOf}, ${days} days old: they may have changed. Give newer ones with --prices, such as LiteLLM's ` +
      "model_prices_and_context_window.json.",
  ];
}

/** What happens within so many days is told. */
const soonDays = 60;

function changeWarnings(model: string, { later }: Price, today: string): string[] {
  const days = later === undefined ? 0 : daysBetween(today, later.from);
  if (later === undefined || days <= 0 || days > soonDays) return [];
  const { input_cost_per_token: input, output_cost_per_token: output } = later.price;
  return [
    `The price of ${model} changes on ${later.from}, in ${days} days: to $${perMillion(input)} a million tokens of input and ` +
      `$${perMillion(output)} of output.`,
  ];
}

const perMillion = (usd: number): number => Number((usd * 1e6).toPrecision(4));

/**
 * That a model is retired, or will be within 60 days; `null` where it won't. Dates as ISO dates.
 *
 * @param source who says so, where it is not the table
 */
export function retirementNote(model: string, end: string, today: string, replacement?: string, source?: string): string | null {
  const days = daysBetween(today, end);
  if (!(days <= soonDays)) return null;
  const instead = replacement === undefined ? "" : ` Its maker names ${replacement} in its place.`;
  const by = source === undefined ? "" : `, says ${source}`;
  const when = days <= 0 ? `was retired on ${end}${by}` : `will be retired on ${end}, in ${days} days${by}`;
  return `${model} ${when}.${instead}`;
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

const numericFields: readonly (keyof Price)[] = [
  "cache_read_input_token_cost",
  "cache_creation_input_token_cost",
  "input_cost_per_token_batches",
  "output_cost_per_token_batches",
  "max_input_tokens",
  "max_output_tokens",
  ...(Object.keys(tiers) as (keyof typeof tiers)[]).flatMap((tier): TierField[] => [
    `input_cost_per_token_above_${tier}_tokens`,
    `output_cost_per_token_above_${tier}_tokens`,
    `cache_read_input_token_cost_above_${tier}_tokens`,
    `cache_creation_input_token_cost_above_${tier}_tokens`,
  ]),
];
const booleanFields = ["supports_reasoning", "supports_sampling_params", "supports_response_schema"] as const;

/**
 * Overlays a price table with the rows of a JSON file: an object of model ids, each with LiteLLM's fields. Rows without token prices (images,
 * embeddings by the second) are skipped, so LiteLLM's own file can be given as it is.
 */
export async function loadPrices(path: string, base: PriceTable): Promise<PriceTable> {
  const parsed = await readFile(path, "utf8").then(
    (text): unknown => {
      try {
        return JSON.parse(text);
      } catch (error) {
        throw new UserError(`${path} is not JSON: ${messageOf(error)}.`);
      }
    },
    async (error: unknown) => {
      throw await whyUnreadable(path, error);
    },
  );
  if (!isRecord(parsed))
    throw new UserError(
      `${path} holds no prices: expected an object of model ids, each with input_cost_per_token and output_cost_per_token.`,
    );
  const models: Record<string, Price> = { ...base.models };
  const own = new Set<string>();
  for (const [model, row] of Object.entries(parsed)) {
    if (model === "sample_spec" || !isRecord(row)) continue;
    if (row["input_cost_per_token"] === undefined && row["output_cost_per_token"] === undefined) continue;
    models[model] = readPrice(path, model, row);
    own.add(model);
  }
  if (own.size === 0)
    throw new UserError(`${path} holds no prices: no model in it has input_cost_per_token and output_cost_per_token.`);
  return { ...base, source: `${path} over ${base.source}`, models, own };
}

function readPrice(path: string, model: string, row: Readonly<Record<string, unknown>>): Price {
  const amount = (field: string): number => {
    const value = row[field];
    if (typeof value !== "number" || !(value >= 0) || !Number.isFinite(value)) {
      throw new UserError(
        `${path}: ${field} of "${model}" is ${JSON.stringify(value) ?? "missing"}; expected USD per token, such as 2.5e-07.`,
      );
    }
    return value;
  };
  const date = row["deprecation_date"];
  return {
    input_cost_per_token: amount("input_cost_per_token"),
    output_cost_per_token: amount("output_cost_per_token"),
    ...Object.fromEntries(numericFields.filter((field) => typeof row[field] === "number").map((field) => [field, amount(field)])),
    ...Object.fromEntries(booleanFields.filter((field) => typeof row[field] === "boolean").map((field) => [field, row[field]])),
    ...(typeof date === "string" && !Number.isNaN(Date.parse(date)) ? { deprecation_date: date } : {}),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
