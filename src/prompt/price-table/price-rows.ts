/** @file Rows of a price list as people read one, in dollars a million tokens, and the table's form of them. */

import type { Price } from "../prices/prices.js";

/** Dollars a million tokens. */
export interface PerMillion {
  readonly input: number;
  readonly output: number;
  /** Input read from the service's cache. Absent: no other price. */
  readonly read?: number;
  /** Input written to it, for five minutes. Absent: no other price. */
  readonly write?: number;
}

/** One model of a list. */
export interface PriceRow extends PerMillion {
  /** Other names of it, such as those with a date. */
  readonly aliases?: readonly string[];
  /** Prices of a request with more input than that; absent parts cost the same. */
  readonly above?: { readonly tokens: "100k" | "200k" | "272k" } & PerMillion;
  /** True where batches cost half. */
  readonly batch?: boolean;
  /** The most tokens of input and of output. */
  readonly limits?: readonly [input: number, output: number];
  /** ISO date on which the service stops answering, and the model that it names instead. */
  readonly ends?: string;
  readonly instead?: string;
  /** Whether it thinks unless told not to, takes a temperature, and JSON of a schema; absent where it is not known. */
  readonly thinks?: boolean;
  readonly samples?: boolean;
  readonly schema?: boolean;
  /** Prices that are announced. */
  readonly later?: { readonly from: string } & PerMillion;
}

/** A list as the table has it: prices by name, and names that stand for another one. */
export interface PriceList {
  readonly models: Readonly<Record<string, Price>>;
  readonly aliases: Readonly<Record<string, string>>;
}

/**
 * A list in the table's form.
 *
 * @param prefix stands before each name, as in LiteLLM's file
 */
export function priceList(
  rows: Readonly<Record<string, PriceRow>>,
  { prefix = "", maker }: { readonly prefix?: string; readonly maker?: Price["maker"] } = {},
): PriceList {
  const named = Object.entries(rows).map(([name, row]) => [prefix + name, row] as const);
  return {
    models: Object.fromEntries(named.map(([name, row]) => [name, priceOf(row, maker)])),
    aliases: Object.fromEntries(named.flatMap(([name, { aliases = [] }]) => aliases.map((alias) => [prefix + alias, name]))),
  };
}

/** As the decimal number is written: 0.1 a million is 1e-7 a token, and not the nearest product. */
const perToken = (dollars: number): number => Number(`${dollars}e-6`);

function priceOf(row: PriceRow, maker: Price["maker"]): Price {
  const { above, batch, limits, ends, instead, thinks, samples, schema, later } = row;
  return {
    ...tokenPrices(row, ""),
    ...(above === undefined ? {} : tokenPrices(above, `_above_${above.tokens}_tokens`)),
    ...(batch === true
      ? { input_cost_per_token_batches: perToken(row.input / 2), output_cost_per_token_batches: perToken(row.output / 2) }
      : {}),
    ...(limits === undefined ? {} : { max_input_tokens: limits[0], max_output_tokens: limits[1] }),
    ...(ends === undefined ? {} : { deprecation_date: ends }),
    ...(instead === undefined ? {} : { replacement: instead }),
    ...(thinks === undefined ? {} : { supports_reasoning: thinks }),
    ...(samples === undefined ? {} : { supports_sampling_params: samples }),
    ...(schema === undefined ? {} : { supports_response_schema: schema }),
    ...(maker === undefined ? {} : { maker }),
    ...(later === undefined ? {} : { later: { from: later.from, price: priceOf({ ...without(row), ...later }, maker) } }),
  } as Price;
}

function without({ later: _, ...row }: PriceRow): PriceRow {
  return row;
}

function tokenPrices({ input, output, read, write }: PerMillion, end: string): Record<string, number> {
  return {
    [`input_cost_per_token${end}`]: perToken(input),
    [`output_cost_per_token${end}`]: perToken(output),
    ...(read === undefined ? {} : { [`cache_read_input_token_cost${end}`]: perToken(read) }),
    ...(write === undefined ? {} : { [`cache_creation_input_token_cost${end}`]: perToken(write) }),
  };
}
