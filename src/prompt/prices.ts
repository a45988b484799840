/**
 * @file What models cost. One dated table, fields as in LiteLLM's `model_prices_and_context_window.json`, so that a newer copy of
 * that file, or one row of one's own, can be laid over it.
 */

import { readFile } from "node:fs/promises";
import { messageOf, UserError } from "../lib/errors.js";
import { nearestNames } from "../lib/nearest-name.js";
import { whyUnreadable } from "../lib/unreadable-file.js";
import type { Usage } from "../types.js";

/** USD per token, and what a model takes. Names as in LiteLLM's file. */
export interface Price {
  readonly input_cost_per_token: number;
  readonly output_cost_per_token: number;
  /** Input that the service had in its prompt cache. Absent: the same as other input. */
  readonly cache_read_input_token_cost?: number;
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
}

/** Prices by model id, with where and when they were read. */
export interface PriceTable {
  /** ISO date at which the prices were read. */
  readonly asOf: string;
  readonly source: string;
  readonly models: Readonly<Record<string, Price>>;
}

/** A model in use on this machine: nothing is billed. */
export const freePrice: Price = { input_cost_per_token: 0, output_cost_per_token: 0 };

/** USD for one answer at list price: `(in − cached)·p_in + cached·p_read + out·p_out`. Reasoning is part of the output. */
export function costOfUsage(price: Price, usage: Usage): number {
  const readPrice = price.cache_read_input_token_cost ?? price.input_cost_per_token;
  return (
    (usage.inputTokens - usage.cachedInputTokens) * price.input_cost_per_token +
    usage.cachedInputTokens * readPrice +
    usage.outputTokens * price.output_cost_per_token
  );
}

/** The same through the service's batch interface; `null` where its price is not known. */
export function batchCostOfUsage(price: Price, usage: Usage): number | null {
  const { input_cost_per_token_batches: input, output_cost_per_token_batches: output } = price;
  if (input === undefined || output === undefined) return null;
  return usage.inputTokens * input + usage.outputTokens * output;
}

/** Prefixes under which LiteLLM's file lists the models of a provider; the models of OpenAI and Anthropic have none. */
const prefixes: Readonly<Record<string, readonly string[]>> = {
  openai: ["", "openai/"],
  anthropic: ["", "anthropic/"],
  google: ["gemini/", ""],
};

/** A date at the end of a model id: `-2025-08-07`, `-20251001`, `-0125`, `-001`. */
const dateSuffix = /-(\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3})$/;

/** The price of a model, by its id or else by the id without its date; `null` where the table has none. */
export function findPrice(table: PriceTable, provider: string, model: string): Price | null {
  const id = model.replace(/^models\//, "");
  for (const name of [id, id.replace(dateSuffix, "")]) {
    for (const prefix of prefixes[provider] ?? [`${provider}/`]) {
      const key = prefix + name;
      if (Object.hasOwn(table.models, key)) return table.models[key]!;
    }
  }
  return null;
}

/** What the user should know of a price: that there is none, or that the model is or will soon be retired. `today` as ISO date. */
export function priceWarnings(table: PriceTable, model: string, price: Price | null, today: string): string[] {
  if (price === null) {
    const near = nearestNames(model, Object.keys(table.models))[0];
    return [
      `The price of ${model} is not known (prices of ${table.asOf}${near === undefined ? "" : `; the nearest name is ${near}`}): its cost ` +
        "is left out. Give a file of your own with --prices.",
    ];
  }
  const end = price.deprecation_date;
  if (end === undefined) return [];
  const days = Math.round((Date.parse(end) - Date.parse(today)) / 86_400_000);
  if (days > 60) return [];
  return [days <= 0 ? `${model} was retired on ${end}.` : `${model} will be retired on ${end}, in ${days} days.`];
}

const numericFields = [
  "cache_read_input_token_cost",
  "input_cost_per_token_batches",
  "output_cost_per_token_batches",
  "max_input_tokens",
  "max_output_tokens",
] as const;
const booleanFields = ["supports_reasoning", "supports_sampling_params", "supports_response_schema"] as const;

/**
 * A table with the rows of a JSON file laid over it: an object of model ids, each with LiteLLM's fields. Rows without token
 * prices (images, embeddings by the second) are passed over, so LiteLLM's own file can be given as it is.
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
  let rows = 0;
  for (const [model, row] of Object.entries(parsed)) {
    if (model === "sample_spec" || !isRecord(row)) continue;
    if (row["input_cost_per_token"] === undefined && row["output_cost_per_token"] === undefined) continue;
    models[model] = readPrice(path, model, row);
    rows++;
  }
  if (rows === 0)
    throw new UserError(`${path} holds no prices: no model in it has input_cost_per_token and output_cost_per_token.`);
  return { asOf: base.asOf, source: `${path} over ${base.source}`, models };
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
